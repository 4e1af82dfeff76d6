"""How many pages a second the replica answers, in Python alone and through its proxy: python -m bench.replica_speed."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

from difang.samplesite.site import Site

_PAGES = 3000


def in_python() -> float:
    """Article pages a second without HTTP."""
    site = Site(seed=1, channels=12, days=10, per_day=30, archive=100)
    urls = [entry["url"] for _, entry in zip(range(_PAGES), site.addresses(), strict=False)]
    begun = time.perf_counter()
    for url in urls:
        site.answer(url)
    return len(urls) / (time.perf_counter() - begun)


def processor_seconds(pid: int) -> float:
    """Processor time the process has used so far, in seconds (Linux counts in hundredths)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def through_the_proxy() -> tuple[float, float, float]:
    """Pages a second of the clock, a second of the replica's processor time, and their mean size in KB."""
    command = [sys.executable, "-m", "difang", "samplesite", "--port", "0", "--channels", "12", "--days", "10"]
    with subprocess.Popen([*command, "--per-day", "30", "--archive", "100"], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        connection = http.client.HTTPConnection(run.stdout.readline().strip().removeprefix("http://"))
        connection.request("GET", "/truth/addresses")
        lines = connection.getresponse().read().decode().splitlines()
        used, begun, size = processor_seconds(run.pid), time.perf_counter(), 0
        urls = [json.loads(line)["url"] for line in lines[:_PAGES]]
        for url in urls:
            connection.request("GET", url)
            size += len(connection.getresponse().read())
        wall, used = time.perf_counter() - begun, processor_seconds(run.pid) - used
        run.terminate()
    return len(urls) / wall, len(urls) / used, size / len(urls) / 1024


if __name__ == "__main__":
    clock, processor, kilobytes = through_the_proxy()
    print(f"in Python          {in_python():6.0f} pages/s")
    print(f"through the proxy  {clock:6.0f} pages/s, {processor:.0f} per second of its processor time")
    print(f"mean page          {kilobytes:6.1f} KB")
