"""A real PostgreSQL for the time of a test run: a free port, a folder of its own, databases by the dozen."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.services.elasticsearch import USER, NotInstalled

_QUICK = {  # no test cuts the power
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
}


@dataclass(frozen=True, kw_only=True)
class Postgresql:
    """A cluster in a folder; it may be stopped and started again under its clients, on the same port."""

    folder: Path
    programs: Path
    port: int

    def start(self) -> None:
        """Start the server; returns when it takes connections."""
        options = " ".join(f"-c {name}={value}" for name, value in _QUICK.items())
        options += f" -c unix_socket_directories={self.folder} -p {self.port}"
        self._control("start", "--wait", "--timeout=60", f"--options={options}", f"--log={self.folder / 'log'}")

    def stop(self) -> None:
        """Stop the server; every connection breaks."""
        self._control("stop", "--wait", "--mode=immediate")

    def address(self, database: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://difang@127.0.0.1:{self.port}/{database}"

    def make(self, template: str = "template0") -> str:
        """A new database, a copy of that one; its name."""
        name = f"d{uuid.uuid4().hex[:12]}"
        self.command(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING UTF8')
        return name

    def drop(self, database: str) -> None:
        """Drop a database, with whoever is in it."""
        self.command(f'DROP DATABASE "{database}" WITH (FORCE)')

    def break_connections(self, database: str) -> int:
        """Break every connection of difang to this database; how many there were."""
        broken = self.command(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND application_name LIKE 'difang%%'",
            database,
        )
        return len(broken)

    def command(self, sql: str, *values: str) -> list[tuple[object, ...]]:
        """Run a command of the server itself; its rows."""
        with psycopg.connect(f"host=127.0.0.1 port={self.port} user=difang dbname=postgres", autocommit=True) as db:
            done = db.execute(sql.encode(), values or None)
            return done.fetchall() if done.description else []

    def _control(self, *arguments: str) -> None:
        command = [str(self.programs / "pg_ctl"), f"--pgdata={self.folder / 'data'}", "--silent", *arguments]
        done = _run(command, self.folder)
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(f"{done.stdout} {log.read_text()[-2000:] if log.exists() else ''}")


@contextlib.contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """The server while it runs; raises NotInstalled."""
    programs = _programs()
    # Not under pytest's folder, whose name is too long for a socket and which another user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="difang-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER, USER)
        options = ["--username=difang", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"]
        done = _run([str(programs / "initdb"), f"--pgdata={folder / 'data'}", *options], folder)
        if done.returncode:
            raise RuntimeError(done.stdout)
        server = Postgresql(folder=folder, programs=programs, port=_free_port())
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(RuntimeError):  # where a test has stopped it
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise NotInstalled("PostgreSQL is missing: run tests/services/install")
    return found[-1]


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """PostgreSQL refuses to run as root. The output goes to a file, because the server keeps what it inherits open."""
    as_user = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryFile("w+") as out:
        done = subprocess.run([*as_user, *command], cwd=folder, stdout=out, stderr=out, check=False)
        out.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, out.read())


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
