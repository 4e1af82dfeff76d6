"""The first command of the README: `difang demo --once` finds what the replica published, and ends."""

from __future__ import annotations

import re
from pathlib import Path

from tests.services.command import Difang


def test_the_demo_finds_the_truth_and_every_address_has_its_outcome(tmp_path: Path) -> None:
    told = Difang(var=tmp_path / "var", proxy=None).run("demo", "--once").stdout
    first, second, end = re.split("A day later|Search against the truth", told)
    for round_ in (first, second):
        figures = dict(re.findall(r"^ +(\S.*?) {2,}(\d+)$", round_, re.MULTILINE))
        assert figures["discovered"] == figures["sum of outcomes"] != "0"
    assert int(dict(re.findall(r"^ +(updated) +(\d+)$", second, re.MULTILINE))["updated"]) > 0
    found = {name: int(number) for name, number in re.findall(r"^ +(\S.*?) {2,}(\d+)$", end, re.MULTILINE)}
    assert found["difference to the truth"] == 0
    assert found["found by search"] == found["published by the replica"] + found["taken down since, kept"]
