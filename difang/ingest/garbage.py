"""Python's search for cyclic garbage, made seldom in a process that works through pages."""

from __future__ import annotations

import gc

_NEW_OBJECTS = 20_000
"""Between two searches, by default 700: a page makes thousands of objects, hardly any of them in a cycle, and the
searches took a tenth of a worker's processor time."""


def collect_seldom() -> None:
    """To be called when all is loaded: what is there now stays, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
