"""The BIG5 mirror: any page in traditional Chinese."""

from __future__ import annotations

from functools import cache

from opencc import OpenCC


@cache
def _converter() -> OpenCC:
    return OpenCC("s2t")


def traditional(html: str) -> str:
    """The page in traditional characters."""
    converted: str = _converter().convert(html)
    return converted
