"""What every process of a pool does first: see to it that it ends with the process that started it."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """End this process when its parent is gone; a pool's processes would wait for ever for a killed one's next task."""
    threading.Thread(target=_watch, name="end with parent", daemon=True).start()


def _watch() -> None:
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(1)
