"""The word lists the replica's text is made of, read once from the files beside this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_list(name: str) -> dict[str, Any]:
    """The file `<name>.toml` of this folder as a dict."""
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
