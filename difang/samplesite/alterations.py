"""Alterations: what is changed at run time beyond the plan: corrections, deletions, new markups."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from datetime import datetime

_ATTRIBUTE = re.compile(r'\b(class|id)="([^"]+)"', re.IGNORECASE)
LISTING_MODES = ("redesigned", "hollow")
CORRECTIONS = ("title", "number", "editor")


@dataclass(kw_only=True)
class Alterations:
    """`listings` maps a channel's slug to redesigned (another markup) or hollow (links made by script alone)."""

    deleted: dict[int, datetime] = field(default_factory=dict)
    corrected: dict[int, list[tuple[str, datetime]]] = field(default_factory=dict)
    listings: dict[str, str] = field(default_factory=dict)
    scrambled: set[str] = field(default_factory=set)  # slugs whose article pages have other class names
    silent: dict[str, datetime] = field(default_factory=dict)  # slug → since when it shows nothing new


def scrambled(html: str) -> str:
    """The page with every class and id renamed, the same name always to the same other name."""

    def renamed(found: re.Match[str]) -> str:
        names = " ".join(f"x{zlib.crc32(name.encode()):08x}" for name in found[2].split())
        return f'{found[1]}="{names}"'

    return _ATTRIBUTE.sub(renamed, html)
