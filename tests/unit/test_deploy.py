"""What runs difang elsewhere holds what it promises: read-only, limited, healthy, secrets as files."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.services.missing import do_without

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_compose_runs_elasticsearch_one_serve_and_two_workers(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"elasticsearch", "serve", "ingest-1", "ingest-2", "migrate"}
    assert compose["services"]["ingest-1"]["command"] == compose["services"]["ingest-2"]["command"] == ["ingest"]


def test_every_service_has_limits_and_a_health_check(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys(), name
        assert service["healthcheck"]["test"], name


def test_secrets_are_files_and_every_secret_used_is_declared(compose: dict[str, Any]) -> None:
    used = {secret for service in compose["services"].values() for secret in service["secrets"]}
    assert used == set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    settings = [service.get("environment", {}) for service in compose["services"].values()]
    assert not [key for setting in settings for key in setting if re.search(r"PASSWORD$|TOKEN$|SECRET$", key)]


def test_every_volume_used_is_declared(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service["volumes"]]
    assert {m.split(":")[0] for m in mounts if not m.startswith(".")} == set(compose["volumes"])


def test_our_containers_are_read_only_without_capabilities(compose: dict[str, Any]) -> None:
    for name in ("serve", "ingest-1", "ingest-2", "migrate"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_the_image_does_not_run_as_root_and_the_linter_finds_nothing() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([linter, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_unit_is_well_formed() -> None:
    if not shutil.which("systemd-analyze"):
        do_without("systemd-analyze is not on this machine: the unit was NOT checked")
    done = subprocess.run(
        ["systemd-analyze", "verify", DEPLOY / "difang.service"], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert complaints == []
