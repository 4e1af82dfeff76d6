"""The edition of the extraction: which state of the code read a page, so that one can tell what to read again."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from difang import __version__

_HERE = Path(__file__).parent
_BESIDE = ("address.py", "article.py")
_LIBRARIES = ("lxml", "trafilatura")


@cache
def extraction_edition() -> str:
    """Such as `0.1.0+5f0c2a91`: difang's version and a hash of everything that decides what becomes of a page."""
    digest = hashlib.sha256()
    for file in (*sorted((_HERE / "extract").rglob("*.py")), *(_HERE / name for name in _BESIDE)):
        digest.update(file.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return f"{__version__}+{digest.hexdigest()[:8]}"
