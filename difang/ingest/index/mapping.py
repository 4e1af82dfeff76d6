"""The mapping of the Elasticsearch index, versioned by its hash, and the names under which the index is known."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

READ_ALIAS = "difang-articles"
WRITE_ALIAS = "difang-articles-write"


@cache
def mapping() -> dict[str, Any]:
    """Settings and mappings as mapping.json has them, with the hash in `_meta`."""
    body: dict[str, Any] = json.loads(files(__package__).joinpath("mapping.json").read_text(encoding="utf-8"))
    body["mappings"]["_meta"] = {"difang": mapping_hash()}
    return body


@cache
def mapping_hash() -> str:
    """Twelve hex digits that change with mapping.json, whatever its layout."""
    body = json.loads(files(__package__).joinpath("mapping.json").read_text(encoding="utf-8"))
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:12]


def index_name() -> str:
    """The index this version of difang makes."""
    return f"{READ_ALIAS}-{mapping_hash()}"
