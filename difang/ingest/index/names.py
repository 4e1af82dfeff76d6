"""The names of an index on Elasticsearch: who bears them, and indexes of ours that bear none though they should.

An alias goes with a hand that deletes it, or stays away where a snapshot is restored without aliases. The index is
whole then, and no search finds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from elasticsearch import Elasticsearch

from difang.ingest.errors import RetryLater, UsageError

if TYPE_CHECKING:
    from difang.ingest.index.mapping import Family


def bearer(client: Elasticsearch, family: Family) -> tuple[str | None, list[str]]:
    """The index behind the names, and those of the two names that it lacks.

    Raises UsageError where they lead to several.
    """
    borne = {
        index: found["aliases"].keys() & {family.read, family.write}
        for index, found in client.indices.get_alias(name=f"{family.read}*").body.items()
    }
    bearers = sorted(index for index, names in borne.items() if names)
    if len(bearers) > 1:
        raise UsageError(
            f"The aliases {family.read} and {family.write} lead to several indexes ({', '.join(bearers)}); leave both"
            " to one of them."
        )
    if not bearers:
        return None, [family.read, family.write]
    return bearers[0], [name for name in (family.read, family.write) if name not in borne[bearers[0]]]


def give(client: Elasticsearch, index: str, names: Sequence[str]) -> None:
    """In one action; what bears them already keeps them."""
    client.indices.update_aliases(actions=[{"add": {"index": index, "alias": name}} for name in names])


def nameless(client: Elasticsearch, family: Family) -> dict[str, int]:
    """Where nothing bears the names: the indexes that may have lost them, with the documents of each (last refresh).

    One that was never made ready is none, nor one that another of these took the place of, unless they took the places
    of each other: then either may be the newest.
    """
    moves = {name: meta.get("move") or {} for name, meta in made(client, family).items()}
    ready = {name: move for name, move in moves.items() if not move or move["own"] is not None}
    born = _born(client, list(ready))
    taken = {  # names are used again, and one made later than the index that took its place is another one
        name: move["source"]
        for name, move in ready.items()
        if move and move["source"] in born and (move["back"] or born[move["source"]] < born[name])
    }
    newest = [name for name in ready if _before(name, taken) >= _after(name, taken)]
    return {name: int(client.count(index=name)["count"]) for name in sorted(newest)}


def _born(client: Elasticsearch, indexes: Sequence[str]) -> dict[str, int]:
    """When each was made, milliseconds since 1970."""
    if not indexes:
        return {}
    found = client.indices.get_settings(index=",".join(indexes), name="index.creation_date").body
    return {name: int(index["settings"]["index"]["creation_date"]) for name, index in found.items()}


def _before(index: str, taken: Mapping[str, str]) -> set[str]:
    """Those whose place it took, and theirs."""
    found: set[str] = set()
    while (source := taken.get(index)) and source not in found:
        found.add(source)
        index = source
    return found


def _after(index: str, taken: Mapping[str, str]) -> set[str]:
    """Those that took its place, and theirs."""
    return {name for name in taken if index in _before(name, taken)}


def state(client: Elasticsearch, family: Family) -> str:
    """What is wrong with the names, as a sentence; empty where nothing is, or no index is there."""
    index, missing = bearer(client, family)
    if index is None:
        lost = nameless(client, family)
        if len(lost) > 1:
            return f"{listed(lost)} without an alias; give {' and '.join(missing)} to the one to be searched"
        return f"{listed(lost)} without an alias; `difang index migrate` gives back what it lost" if lost else ""
    return f"{index} without the alias {missing[0]}; `difang index migrate` gives back what it lost" if missing else ""


def refuse_lost(client: Elasticsearch, family: Family) -> None:
    """Raise RetryLater where documents are in an index that lost one of its aliases; to be asked where one is missing.

    Or a new index would hide them, and who reads would take them for gone.
    """
    lost = nameless(client, family)  # asked first: what another process makes meanwhile has both
    try:
        index, missing = bearer(client, family)
    except UsageError as error:
        raise RetryLater(str(error)) from error
    if index and missing:
        raise RetryLater(f"{index} lost its alias {missing[0]}; `difang index migrate` gives it back.")
    if lost and index is None:
        raise RetryLater(_either(lost, missing) if len(lost) > 1 else _none(lost))


def the_nameless(client: Elasticsearch, family: Family) -> str | None:
    """The index that lost both names, None where there is none.

    Raises UsageError where it may be one of several.
    """
    lost = nameless(client, family)
    if len(lost) > 1:
        raise UsageError(_either(lost, (family.read, family.write)))
    return next(iter(lost), None)


def _none(lost: Mapping[str, int]) -> str:
    return (
        f"No alias leads to {listed(lost)}; `difang index migrate` gives back what it lost, or delete it to begin anew."
    )


def _either(lost: Mapping[str, int], missing: Sequence[str]) -> str:
    return (
        f"No alias leads to any of {listed(lost)}, and either may be the newest; give {' and '.join(missing)} to the"
        " one to be searched."
    )


def indexes(client: Elasticsearch, family: Family) -> dict[str, dict[str, Any]]:
    """Every index of a name that begins as the family's, and what difang wrote about it into its mapping."""
    found = client.indices.get_mapping(index=f"{family.read}-*").body
    return {name: index["mappings"].get("_meta", {}) for name, index in found.items()}


def made(client: Elasticsearch, family: Family) -> dict[str, dict[str, Any]]:
    """Those of them that difang made, not one that somebody restored or made under another name beginning so."""
    ours = re.compile(rf"{re.escape(family.read)}-[0-9a-f]{{12}}(?:-\d+)?")
    return {name: meta for name, meta in indexes(client, family).items() if ours.fullmatch(name) and "difang" in meta}


def listed(documents: Mapping[str, int]) -> str:
    """These indexes, behind each how many documents it holds, for a sentence."""
    return ", ".join(f"{name} ({count:,})" for name, count in documents.items())
