"""A real Elasticsearch for the time of a test run: a free port, a folder of its own, gone at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.services.java import java_home

ROOT = Path(__file__).resolve().parents[2]
VERSION = "9.5.0"
USER = "difang-services"
_START_SECONDS = 120


class NotInstalled(Exception):
    """Something Elasticsearch needs is missing; the message says what to run."""


class Server:
    """One server with a folder and a port of its own, to be started, killed and started again on the same data."""

    def __init__(
        self,
        folder: Path,
        installed: Path,
        java: Path,
        heap: str,
        settings: Mapping[str, str],
        config: Path | None,
    ) -> None:
        self._folder, self._java, self._heap = folder, java, heap
        port = _free_port()
        scheme = "https" if settings.get("xpack.security.http.ssl.enabled") == "true" else "http"
        self.url = f"{scheme}://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        _prepare(installed, folder, port, settings, config)

    def start(self) -> None:
        """Start it and wait until it answers; raises RuntimeError with the log's end where it does not."""
        self._process = _start(self._folder, self._java, self._heap)
        _await(self.url, self._process, self._folder)

    def kill(self) -> None:
        """Kill -9, all of it."""
        if self._process is not None:
            _stop(self._process)
            self._process = None


@contextlib.contextmanager
def elasticsearch_server(
    settings: Mapping[str, str] | None = None,
    heap: str = "512m",
    config: Path | None = None,
    kept: Path | None = None,
) -> Iterator[Server]:
    """A server that is not started yet; the files in `config` go into its own configuration. Raises NotInstalled.

    Its data stays in the folder `kept`, where one is given.
    """
    installed = ROOT / ".services" / f"elasticsearch-{VERSION}"
    java = java_home()
    if not (installed / "bin" / "elasticsearch").is_file() or java is None:
        raise NotInstalled("Elasticsearch or a Java of at least 21 is missing: run tests/services/install")
    folder = kept or Path(tempfile.mkdtemp(prefix="difang-elasticsearch-"))
    server = Server(folder, installed, java, heap, settings or {}, config)
    try:
        yield server
    finally:
        server.kill()
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running_elasticsearch(
    settings: Mapping[str, str] | None = None,
    heap: str = "512m",
    config: Path | None = None,
    kept: Path | None = None,
) -> Iterator[str]:
    """Its address while it runs; raises NotInstalled, and RuntimeError with the log's end where it does not come up."""
    with elasticsearch_server(settings, heap, config, kept) as server:
        server.start()
        yield server.url


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _prepare(installed: Path, folder: Path, port: int, settings: Mapping[str, str], own_config: Path | None) -> None:
    # A copy, because a server writes into its own folder and another user runs it.
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(installed, home)
    lines = {
        "discovery.type": "single-node",
        "http.host": "127.0.0.1",
        "http.port": str(port),
        "transport.host": "127.0.0.1",
        "transport.port": "0",
        "xpack.security.enabled": "false",
        "path.data": str(folder / "data"),
        "path.logs": str(folder / "logs"),
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        **settings,
    }
    config = home / "config" / "elasticsearch.yml"
    config.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()), encoding="utf-8")
    if own_config:
        shutil.copytree(own_config, home / "config", dirs_exist_ok=True)
    (folder / "tmp").mkdir(exist_ok=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", USER, folder], check=True)


def _start(folder: Path, java: Path, heap: str) -> subprocess.Popen[bytes]:
    as_user = ["setpriv", f"--reuid={USER}", "--clear-groups", "--"] if os.geteuid() == 0 else []
    with (folder / "out").open("ab") as out:
        return subprocess.Popen(
            [*as_user, folder / "home" / "bin" / "elasticsearch"],
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the tests, which then stop it
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "ES_JAVA_HOME": str(java),
                "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap}",
                "ES_TMPDIR": str(folder / "tmp"),
            },
        )


_WHO_ASKS = 401  # it is up, and wants to know who asks
_ANY_CERTIFICATE = ssl._create_unverified_context()  # noqa: S323 it is only asked whether it is up


def _await(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health", timeout=5, context=_ANY_CERTIFICATE):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == _WHO_ASKS:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"Elasticsearch did not come up: {(folder / 'out').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
