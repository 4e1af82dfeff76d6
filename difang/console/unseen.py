"""Characters nobody sees, shown: control characters, and those that turn the direction of the text after them."""

from __future__ import annotations

import re

_UNSEEN = "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
_FOUND = re.compile(f"[{_UNSEEN}]")
_TEXT = re.compile(f"<[^>]*>|[{_UNSEEN}]")
_PICTURES = 0x2400


def shown(page: str) -> str:
    """The HTML with each such character in its text as a sign, such as ␛ or ⟨U+202E⟩.

    Attributes stay as they are: what a form holds comes back unchanged.
    """
    return _TEXT.sub(_sign, page) if _FOUND.search(page) else page


def _sign(found: re.Match[str]) -> str:
    text = found[0]
    if len(text) > 1:
        return text
    return chr(_PICTURES + ord(text)) if text < " " else f"⟨U+{ord(text):04X}⟩"
