"""GB18030 that lost a byte: the text behind it, which would be read half a character askew, is put right."""

from __future__ import annotations

LOST = "\ufffd"
"""What stands for a byte that no encoding reads."""

_APART = frozenset((*range(0x30), *range(0x3A, 0x40)))
"""Bytes that are part of no character of several: what stands between two of them is read on its own."""
_LONGEST = 2048
_MOST_REPAIRS = 64
"""Stretches of a page; one damaged in more places is none that lost a byte, and repairing costs time."""
_DROPPED = -4


def realigned(body: bytes, errors: str) -> str:
    """The text of GB18030 in which bytes are missing, with one U+FFFD in place of each that is left over.

    After a lost byte every two that follow are taken for a character, mostly a rare one, up to the next ASCII
    character. Of each such stretch the reading is taken that has the fewest rare characters. `errors` names the
    handler that reads what is too long or broken in too many places.
    """
    found: list[str] = []
    at = 0
    for _ in range(_MOST_REPAIRS):
        rest = body[at:]
        try:
            found.append(rest.decode("gb18030"))
        except UnicodeDecodeError as error:
            begin, end = _stretch(rest, error.start)
            found += rest[:begin].decode("gb18030", errors), _repaired(rest[begin:end])
            at += end
        else:
            return "".join(found)
    return "".join((*found, body[at:].decode("gb18030", errors)))


def _stretch(body: bytes, at: int) -> tuple[int, int]:
    begin = end = at
    while begin and at - begin < _LONGEST and body[begin - 1] not in _APART:
        begin -= 1
    while end < len(body) and end - at < _LONGEST and body[end] not in _APART:
        end += 1
    return begin, max(end, at + 1)


def _repaired(stretch: bytes) -> str:
    # from the end: the best reading from each byte on is the best first step and what follows it
    best: list[tuple[int, int, str]] = [(0, 0, "")] * (len(stretch) + 1)
    for at in range(len(stretch) - 1, -1, -1):
        best[at] = max((score + best[at + size][0], size, text) for score, size, text in _steps(stretch[at : at + 4]))
    at, found = 0, []
    while at < len(stretch):
        _, size, text = best[at]
        found.append(text)
        at += size
    return "".join(found)


def _steps(head: bytes) -> list[tuple[int, int, str]]:
    # how good it is to read one character here, its size in bytes, the character; or to drop a byte
    if head[0] < 0x80:
        return [(0, 1, chr(head[0]))]
    steps = [(_DROPPED, 1, LOST)]
    for size in (2, 4):
        try:
            text = head[:size].decode("gb18030")
        except UnicodeDecodeError:
            continue
        if len(text) == 1 and len(head) >= size:
            steps.append((_score(head, size, text), size, text))
    return steps


def _score(head: bytes, size: int, text: str) -> int:
    if "\ue000" <= text <= "\uf8ff":
        return -3
    if size == 4 or head[1] < 0xA1:
        return -1
    return 2 if head[0] in range(0xA1, 0xA4) or head[0] in range(0xB0, 0xD8) else 0  # GB2312's signs, common characters
