"""What the demo starts is apart from what was set before, and reaches this machine without the replica."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.request import getproxies_environment, proxy_bypass

import pytest

from difang.command.demo import EVERY, SCHEDULED_CRAWLS, _stand_apart
from difang.command.settings import Settings


def test_the_replica_is_asked_for_the_site_and_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"DIFANG_INDEX": "http://es:9200", "HTTPS_PROXY": "http://other:1"})
    _stand_apart(Settings(var=Path("var"), contact="mailto:a@example.org"), "http://127.0.0.1:9")
    assert getproxies_environment() == {"http": "http://127.0.0.1:9", "no": "localhost,127.0.0.1,::1"}
    assert proxy_bypass("127.0.0.1:8021")
    assert not proxy_bypass("sd.people.com.cn")
    assert "DIFANG_INDEX" not in os.environ


def test_the_schedule_leaves_each_crawl_more_time_than_it_takes() -> None:
    assert timedelta(seconds=15) < EVERY * SCHEDULED_CRAWLS / 33  # 6 to 11 s were seen on two busy cores
