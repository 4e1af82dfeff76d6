"""The mappings of the Elasticsearch indexes, versioned by their hash, and the names under which they are known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch

from difang.ingest.errors import RetryLater
from difang.ingest.index import names
from difang.ingest.index.analysis import SAME
from difang.ingest.index.bulk_request import told_by

READ_ALIAS = "difang-articles"
WRITE_ALIAS = "difang-articles-write"

WORD_ANALYZERS = {"analysis-ik": "ik_max_word", "analysis-smartcn": "smartcn"}
"""Plugin → the analyzer it brings for the word fields; the first one found on every node is taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Indexes that follow one another behind two aliases, and the file their mapping is in."""

    read: str
    write: str
    file: str

    @property
    def name(self) -> str:
        """The index this version of difang makes first; further ones of the same mapping get a number behind it."""
        return f"{self.read}-{self.hash}"

    @property
    def hash(self) -> str:
        """Twelve hex digits that change with the file, whatever its layout, and with how articles are analysed."""
        return _hash(self.file, analysed=self.read == READ_ALIAS)

    @property
    def refresh_interval(self) -> str:
        """How often what was written becomes visible."""
        return str(_read(self.file)["settings"]["refresh_interval"])

    def body(self, words: str | None = None) -> dict[str, Any]:
        """Settings and mappings, with the hash in `_meta`; `words` is the analyzer of the word fields, if any."""
        body = _read(self.file)
        body["mappings"]["_meta"] = {"difang": self.hash}
        if words:
            body["mappings"]["_meta"]["words"] = words
            for field in ("title", "body"):
                body["mappings"]["properties"][field]["fields"] = {"words": {"type": "text", "analyzer": words}}
        return body


ARTICLES = Family(read=READ_ALIAS, write=WRITE_ALIAS, file="mapping.json")
VERSIONS = Family(read="difang-versions", write="difang-versions-write", file="versions.json")


def word_analyzer(plugins_by_node: Sequence[set[str]]) -> str | None:
    """The analyzer for the word fields that every node has, None where there is none."""
    everywhere = set.intersection(*plugins_by_node) if plugins_by_node else set()
    return next((analyzer for plugin, analyzer in WORD_ANALYZERS.items() if plugin in everywhere), None)


def plugins_of(nodes: Iterable[Mapping[str, Any]]) -> list[set[str]]:
    """The plugins of each node, as the server tells of its nodes."""
    return [{plugin["name"] for plugin in node["plugins"]} for node in nodes]


def words_of(client: Elasticsearch) -> str | None:
    """The analyzer for the word fields that this server has, if any."""
    return word_analyzer(plugins_of(client.nodes.info(metric="plugins")["nodes"].values()))


def create(client: Elasticsearch, family: Family) -> None:
    """Make the first index with both aliases in one action; many processes may do so at once.

    Raises RetryLater where an index is there that lost its aliases, or where the server refuses it.
    """
    names.refuse_lost(client, family)
    words = words_of(client) if family is ARTICLES else None
    aliases: dict[str, dict[str, Any]] = {family.read: {}, family.write: {}}
    try:
        make(client, family.name, family.body(words), aliases=aliases)
    except BadRequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        if not client.indices.exists_alias(name=family.write):
            raise RetryLater(
                f"The index {family.name} is there, but it was never finished, or difang did not make it; delete it or"
                " give it another name."
            ) from error


def make(client: Elasticsearch, name: str, body: dict[str, Any], **how: Any) -> None:
    """Make one index with these settings and mappings.

    Raises RetryLater with the server's reason where it refuses them, BadRequestError where there is one of that name.
    """
    try:
        client.indices.create(index=name, **body, **how)
    except BadRequestError as error:
        if error.error == "resource_already_exists_exception":
            raise
        raise RetryLater(
            f"Elasticsearch refuses to make the index {name} ({told_by(error)}); nothing was changed."
            " Mend what it names, such as a plugin that not every node has, then try again."
        ) from error


def mapping_hash() -> str:
    """The hash of the articles' mapping."""
    return ARTICLES.hash


def index_name() -> str:
    """The index of articles this version of difang makes first."""
    return ARTICLES.name


def _read(file: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(files(__package__).joinpath(file).read_text(encoding="utf-8"))
    return body


@cache
def _hash(file: str, *, analysed: bool) -> str:
    made_with = [_read(file), SAME] if analysed else _read(file)
    return hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()[:12]
