"""How a term is written for people: its tokens, and of a number in parts (19.6, 1,000, 13:30) the signs between."""

from __future__ import annotations

import re
import unicodedata

from difang.ingest.index.analysis import spelling

_WITHIN_NUMBERS = re.compile(r"(?<=[0-9０-９])([.．,，:：/／*＊~～－–—-])(?=[0-9０-９])")


def spelled(text: str) -> list[str]:
    """As many strings as there are tokens in the text; a part of a number begins with the sign before it: `,000`."""
    first, *rest = _WITHIN_NUMBERS.split(text)
    written = spelling(first)
    for sign, part in zip(rest[::2], rest[1::2], strict=True):
        number, *others = spelling(part)
        written += [unicodedata.normalize("NFKC", sign) + number, *others]
    return written
