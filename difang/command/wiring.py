"""Wiring: from the settings to the parts; nothing else builds a client or opens a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from difang.command.servers import elasticsearch_client, team_notifier
from difang.command.settings import Settings
from difang.crawler.channel_table import load_channels
from difang.crawler.channels import Channel, host_table
from difang.ingest.index.port import ArticleIndex
from difang.ingest.sqlite_queue import SqliteQueue

if TYPE_CHECKING:
    from difang.console.act.workplace import StartTask, Workplace
    from difang.console.alerts.watch import AlertWatch
    from difang.console.limiting import RateLimit
    from difang.console.operating.works import Works
    from difang.crawler.archive import Archive
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.schedule.duties import Duty
    from difang.crawler.schedule.scheduler import Scheduler
    from difang.ingest.extract.result import Hosts
    from difang.ingest.index.moving.report import Move, Told
    from difang.ingest.pieces import SqlitePieces
    from difang.ingest.readers import Reader, ReadHere
    from difang.ingest.turns import Turns
    from difang.search.index import SearchIndex
    from difang.search.synonyms import Synonyms


def archive_folder(settings: Settings) -> Path:
    """Where the WARC files lie."""
    return Path(settings.archive) if settings.archive else settings.var / "archive"


def queue_file(settings: Settings) -> Path:
    """The SQLite file of the page queue."""
    return Path(settings.queue) if settings.queue else settings.var / "queue.db"


def database_address(settings: Settings) -> str:
    """The ledger's SQLAlchemy address."""
    return settings.database or f"sqlite:///{settings.var / 'ledger.db'}"


def run_logs(settings: Settings) -> Path:
    """Where each run's log lies."""
    return Path(settings.var) / "log" / "runs"


def index_folder(settings: Settings) -> Path:
    """Where the embedded index lies."""
    return settings.var / "index"


def open_queue(settings: Settings) -> SqliteQueue:
    """The page queue of these settings."""
    return SqliteQueue(queue_file(settings))


def open_pieces(settings: Settings) -> SqlitePieces:
    """The pieces of articles that arrive apart; they lie beside the queue."""
    from difang.ingest.pieces import SqlitePieces

    return SqlitePieces(queue_file(settings))


def channel_table(settings: Settings) -> tuple[Channel, ...]:
    """The channels in force; raises UsageError where the table is wrong."""
    return load_channels(Path(settings.channels) if settings.channels else None)


def channel_names(settings: Settings) -> dict[str, str]:
    """Channel → its name for people."""
    return {channel.slug: channel.name for channel in channel_table(settings)}


def hosts(settings: Settings) -> Hosts:
    """Every host of the channels, for extraction."""
    return host_table(channel_table(settings))


def open_ledger(settings: Settings, *, patience: float = 90.0) -> Ledger:
    """The ledger, brought to its newest tables; it is also where a worker tells its endings.

    A database that is away is waited for up to `patience` seconds.
    """
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.opening import refuse_new_folder

    refuse_new_folder(database_address(settings), settings.var)
    return Ledger(database_address(settings), patience=patience)


def scheduler(settings: Settings, ledger: Ledger, *, every: timedelta | None) -> Scheduler:
    """The scheduler of a service; it leads where no other one does. `every` stands in for the table's intervals."""
    from difang.crawler.schedule.scheduler import Scheduler

    return Scheduler(
        ledger,
        channel_table(settings),
        every=every,
        duties=duties(settings, ledger),
        lease_seconds=settings.lease,
    )


def duties(settings: Settings, ledger: Ledger) -> list[Duty]:
    """What the service that leads does every so often, beside the schedule."""
    from difang.crawler.schedule.duties import Duty
    from difang.crawler.survey import duty
    from difang.crawler.watch import parts, watching

    channels = channel_table(settings)
    watch = parts.PartsWatch(ledger, partial(open_plain_index, settings), partial(open_queue, settings))
    return [
        Duty(name="parts", every=parts.EVERY, function=watch.look),
        Duty(name="watch", every=watching.LOOK_EVERY, function=watching.Watching(ledger, channels).look),
        Duty(name="backfills and audits", every=duty.EVERY, function=partial(duty.plan_surveys, ledger, channels)),
        *outward_duties(settings, ledger),
    ]


def works(settings: Settings, *, idle: str = "") -> Works:
    """What the operators' pages show besides the ledger; `idle` says why this service does not lead the schedule."""
    from difang.console.operating.works import Works
    from difang.crawler.survey.estimate import Pace

    return Works(
        channels=channel_table(settings),
        pace=Pace(delay=settings.delay, allowance=settings.daily_allowance),
        archive=archive_folder(settings),
        logs=run_logs(settings),
        idle=idle,
    )


def outward_duties(settings: Settings, ledger: Ledger) -> list[Duty]:
    """What tells people and an outside monitor."""
    from difang.console.telling import duty
    from difang.crawler.schedule.duties import Duty

    telling = duty.Telling(ledger=ledger, public=settings.address, notifier=team_notifier(settings))
    duties = [Duty(name="telling", every=duty.EVERY, function=telling.tell)]
    if settings.heartbeat:
        beat = partial(duty.heartbeat, settings.heartbeat)
        duties.append(Duty(name="heartbeat", every=duty.HEARTBEAT_EVERY, function=beat))
    return duties


def workplace(settings: Settings, ledger: Ledger, start_task: StartTask) -> Workplace:
    """What the console's deeds need."""
    from difang import __version__
    from difang.console.act.workplace import Workplace

    return Workplace(
        ledger=ledger,
        archive=open_archive(settings),
        open_queue=partial(open_queue, settings),
        open_index=partial(open_index, settings),
        channels=channel_table(settings),
        agent=f"difang/{__version__}",
        start_task=start_task,
        notifier=team_notifier(settings),
    )


def open_index(settings: Settings, ledger: Ledger | None = None, turns: Turns | None = None) -> ArticleIndex:
    """The write side of the index; nothing is asked of it, and no ledger opened, before its first use.

    Who has the `ledger` open already gives it, to be closed later than the index: what one connection to SQLite writes
    all others have to read again. A worker gives the `turns` it takes with its reader.
    """
    from difang.ingest.stories.index import StoryIndex

    return StoryIndex(open_plain_index(settings, turns), lambda: (ledger or open_ledger(settings)).stories)


def open_index_for_readers(settings: Settings) -> ArticleIndex:
    """The same for those who look at an article, and wait no longer than for a search."""
    return open_index(replace(settings, timeout=settings.search_timeout))


def open_plain_index(settings: Settings, turns: Turns | None = None) -> ArticleIndex:
    """The same without stories: what is written keeps the story it comes with."""
    if settings.index:
        from difang.ingest.index.elastic import ElasticIndex

        return ElasticIndex(elasticsearch_client(settings), turns)
    from difang.ingest.index.embedded import EmbeddedIndex

    return EmbeddedIndex(index_folder(settings), turns)


def open_moves(settings: Settings, told: Told) -> dict[str, Move]:
    """What `difang index migrate` moves, the articles first; rollback is of the articles alone."""
    if settings.index:
        from difang.ingest.index.mapping import ARTICLES, VERSIONS
        from difang.ingest.index.moving.elastic import ElasticMove

        client = elasticsearch_client(settings)
        return {"articles": ElasticMove(client, ARTICLES, told), "versions": ElasticMove(client, VERSIONS, told)}
    from difang.ingest.index.moving.embedded import EmbeddedMove

    return {"articles": EmbeddedMove(index_folder(settings), told)}


def alert_watch(settings: Settings, ledger: Ledger) -> AlertWatch:
    """What notes, beside an ingest worker, which saved searches find what came in."""
    from difang.console.alerts.watch import AlertWatch

    return AlertWatch(ledger, synonyms=_synonyms(settings))


def rate_limit(settings: Settings) -> RateLimit:
    """How often the API may be asked."""
    from difang.console.limiting import RateLimit

    return RateLimit(anyone=settings.rate_limit, known=settings.rate_limit_known, typing=settings.rate_limit_typing)


def open_archive(settings: Settings) -> Archive:
    """The archive of fetched pages."""
    from difang.crawler.archive import Archive

    return Archive(archive_folder(settings), max_bytes=settings.archive_file_mb * 1_000_000)


def open_search(settings: Settings) -> SearchIndex:
    """The read side of the index; nothing is asked of it before its first use."""
    from difang.search.index import SearchIndex

    synonyms = _synonyms(settings)
    if settings.index:
        from difang.search.elastic import ElasticEngine

        client = elasticsearch_client(replace(settings, timeout=settings.search_timeout))
        return SearchIndex(ElasticEngine(client), synonyms=synonyms)
    from difang.search.embedded import EmbeddedEngine

    return SearchIndex(EmbeddedEngine(index_folder(settings)), synonyms=synonyms)


def _synonyms(settings: Settings) -> Synonyms:
    from difang.search.synonyms import Synonyms, read_synonyms

    return read_synonyms(Path(settings.synonyms)) if settings.synonyms else Synonyms()


def open_reader(settings: Settings, workers: int, turns: Turns) -> Reader:
    """What reads pages out of the archive and extracts them: in this process, by turns, or in so many others."""
    from difang.ingest.readers import ReadInProcesses

    if workers == 1:
        return read_here(settings, turns)
    return ReadInProcesses(partial(read_here, settings), workers)


def read_here(settings: Settings, turns: Turns | None = None) -> ReadHere:
    """The reader of one process; named at the top of the module so that other processes can be told of it."""
    from difang.ingest.readers import ReadHere

    return ReadHere(open_archive(settings).read, hosts(settings), turns)
