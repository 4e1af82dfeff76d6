"""Everything that is written into the audit log has a name on its page."""

from __future__ import annotations

import re
from pathlib import Path

import difang
from difang.console.people.deed_names import DEEDS

NOTED = re.compile(r"(?:deeds\.note|\bdone)\(\s*[^\"()]*(?:\.name,|_me\(\),)?\s*f?\"([a-z]+(?:\.[a-z_{}.]+)?)\"")


def test_every_deed_has_a_name() -> None:
    noted: set[str] = set()
    for module in Path(difang.__file__).parent.rglob("*.py"):
        noted |= set(NOTED.findall(module.read_text(encoding="utf-8")))
    made_up = {deed for deed in noted if "{" in deed}
    assert len(noted) > 25
    assert noted - made_up - DEEDS.keys() == set()
    assert {deed.partition(".")[0] for deed in made_up} <= {deed.partition(".")[0] for deed in DEEDS}
