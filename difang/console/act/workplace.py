"""What the operators' deeds need beside the parts every page has; opened by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from difang.console.alerts.notifier import Notifier
from difang.crawler.archive import Archive
from difang.crawler.channels import Channel, host_table
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.task_tables import TaskKind
from difang.crawler.ledger.tasks import Task
from difang.crawler.trace import Places
from difang.ingest.errors import UsageError
from difang.ingest.extract.result import Hosts
from difang.ingest.index.port import ArticleIndex
from difang.ingest.queue import PageQueue

StartTask = Callable[[TaskKind, dict[str, str], str], Task]
"""Starts long work of a kind with its request, asked for by somebody; raises UsageError where other work runs."""


def no_tasks(_kind: TaskKind, _request: dict[str, str], _by: str) -> Task:
    """Where nothing can start long work."""
    raise UsageError("This console starts no long work; use the command line.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Workplace:
    """Queue and index are opened for one deed and closed after it: one is used by one thread at a time, and whoever
    writes the embedded index keeps others from it until then. `agent` is the crawl's user agent; `notifier` tells the
    team.
    """

    ledger: Ledger
    archive: Archive
    open_queue: Callable[[], PageQueue]
    open_index: Callable[[], ArticleIndex]
    channels: Sequence[Channel]
    agent: str
    start_task: StartTask = no_tasks
    notifier: Notifier = field(default_factory=lambda: Notifier(private=True))

    @property
    def hosts(self) -> Hosts:
        """Every host of the channels, for extraction."""
        return host_table(self.channels)

    @contextmanager
    def queue(self) -> Iterator[PageQueue]:
        """The page queue, for one deed."""
        with closing(self.open_queue()) as queue:
            yield queue

    @contextmanager
    def index(self) -> Iterator[ArticleIndex]:
        """The index, for one deed."""
        with closing(self.open_index()) as index:
            yield index

    @contextmanager
    def places(self) -> Iterator[Places]:
        """Where a trace looks."""
        with self.queue() as queue, self.index() as index:
            yield Places(
                ledger=self.ledger,
                archive=self.archive,
                queue=queue,
                index=index,
                channels=self.channels,
                agent=self.agent,
            )
