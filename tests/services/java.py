"""Finds a Java of at least 21, which Elasticsearch 9 needs; run as a script it prints its folder or exits 1."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LEAST = 21


def java_home() -> Path | None:
    """The first of JAVA_HOME, ES_JAVA_HOME, the java of PATH and the folders of JVMs that is new enough."""
    return next((home for home in _homes() if _version(home) >= LEAST), None)


def _homes() -> Iterator[Path]:
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if home := os.environ.get(variable):
            yield Path(home)
    if java := shutil.which("java"):
        yield Path(java).resolve().parent.parent
    for folder in (Path("/usr/lib/jvm"), Path("/usr/java"), Path("/opt"), Path("/Library/Java/JavaVirtualMachines")):
        if folder.is_dir():
            yield from sorted(folder.iterdir(), reverse=True)


def _version(home: Path) -> int:
    java = home / "bin" / "java"
    if not java.is_file():
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', told)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    home = java_home()
    sys.stdout.write(f"{home}\n" if home else "")
    sys.exit(home is None)
