"""The firings of the schedule among the runs, within the leader's transaction: how they stand, and what is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, literal, select, text, union_all, update

from difang.crawler.ledger.plans import new_id
from difang.crawler.ledger.run import Run, row_of
from difang.crawler.ledger.run_tables import RunCause, RunState, runs
from difang.crawler.ledger.schedule_tables import missed_stretches, schedule_timings, withdrawn_firings
from difang.crawler.ledger.upsert import pieces
from difang.crawler.span import Span

BY = "schedule"
_AT_ONCE = timedelta(seconds=5)  # the clocks of several machines differ, and a backfill's run is planned 2 s ahead
_PLANNED = runs.c.state == RunState.PLANNED.value
_FIRING = text("cause = 'schedule'")  # as the index has it, or SQLite does not use the index
_FIRING_OF_RUNS = runs.c.cause == RunCause.SCHEDULE.value
_WHOLE = [cause.value for cause in (RunCause.SCHEDULE, RunCause.CATCH_UP, RunCause.OPERATOR)]
_PLANNED_BY_US = runs.c.cause.in_([RunCause.SCHEDULE.value, RunCause.CATCH_UP.value])


@dataclass(frozen=True, kw_only=True, slots=True)
class Firing:
    """A planned run of the schedule, or one that is over; `began` whether its crawl ever did."""

    run_id: str
    cause: RunCause
    due_at: datetime
    state: RunState
    began: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class InForce:
    """The timing the leader planned by, since when; see Timing."""

    every: timedelta | None
    cron: str | None
    offset: timedelta
    paused: bool
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """What a channel missed and has not made up for; `why` the reason of the last one."""

    channel: str
    runs: tuple[str, ...]
    first: datetime
    last: datetime
    why: str
    caught_up_by: str | None


@dataclass(kw_only=True, slots=True)
class Standing:
    """How a channel's firings stand: the newest due one, those that wait for their crawl, those of later."""

    last: datetime | None = None
    in_force: InForce | None = None
    waiting: list[Firing] = field(default_factory=list)
    ahead: dict[datetime, Firing] = field(default_factory=dict)
    running: str | None = None


def standings(connection: Connection, channels: Sequence[str], now: datetime) -> dict[str, Standing]:
    """How the firings of each of these channels stand, and of every channel that has planned ones."""
    found: defaultdict[str, Standing] = defaultdict(Standing)
    for channel, due_at in connection.execute(_last_due(channels, now)):
        found[channel].last = due_at
    for firing in _open_firings(connection, now):
        standing = found[firing.channel]
        one = Firing(
            run_id=firing.id,
            cause=RunCause(firing.cause),
            due_at=firing.due_at,
            state=RunState(firing.state),
            began=firing.started_at is not None,
        )
        if one.due_at > now:
            standing.ahead[one.due_at] = one
        else:
            standing.waiting.append(one)
    for channel, in_force in timings_in_force(connection).items():
        found[channel].in_force = in_force
    running = select(runs.c.channel, runs.c.id).where(runs.c.state == RunState.RUNNING.value, ~runs.c.asked_for)
    for channel, run_id in connection.execute(running):
        found[channel].running = run_id
    return found


def _last_due(channels: Sequence[str], now: datetime) -> Any:
    """One index look-up a channel; the maximum over all rows would read the index of years every second."""
    return union_all(
        *(
            select(
                literal(channel).label("channel"),
                select(func.max(runs.c.due_at))
                .where(_FIRING, runs.c.channel == channel, runs.c.due_at <= now)
                .scalar_subquery()
                .label("due_at"),
            )
            for channel in channels
        )
    )


def _open_firings(connection: Connection, now: datetime) -> Sequence[Any]:
    columns = (runs.c.id, runs.c.channel, runs.c.cause, runs.c.due_at, runs.c.state, runs.c.started_at)
    waiting = select(*columns).where(_PLANNED, _PLANNED_BY_US).order_by(runs.c.due_at, runs.c.id)
    over = [state.value for state in RunState if state is not RunState.PLANNED]  # of later: the clock was set back
    later = select(*columns).where(runs.c.state.in_(over), runs.c.due_at > now, _FIRING)
    return [*connection.execute(waiting), *connection.execute(later)]


def timings_in_force(connection: Connection) -> dict[str, InForce]:
    """The newest timing of each channel that was ever planned."""
    newest = select(func.max(schedule_timings.c.id)).group_by(schedule_timings.c.channel)
    rows = connection.execute(select(schedule_timings).where(schedule_timings.c.id.in_(newest))).mappings()
    return {row["channel"]: in_force_of(row) for row in rows}


def in_force_of(row: Any) -> InForce:
    """The timing of a row."""
    return InForce(
        every=timedelta(seconds=row["every"]) if row["every"] else None,
        cron=row["cron"],
        offset=timedelta(seconds=row["offset"]),
        paused=row["paused"],
        since=row["since"],
    )


def put_in_force(connection: Connection, channel: str, timing: InForce) -> None:
    """Write down that the channel is planned by this timing from now on."""
    row = {
        "channel": channel,
        "since": timing.since,
        "every": round(timing.every.total_seconds()) if timing.every else None,
        "cron": timing.cron,
        "offset": round(timing.offset.total_seconds()),
        "paused": timing.paused,
    }
    connection.execute(insert(schedule_timings).values(row))


def plan_firing(
    connection: Connection, channel: str, name: str, due_at: datetime, now: datetime, cause: RunCause
) -> str:
    """Write down a run that is to begin at `due_at`; its id."""
    row = _row(channel, name, due_at, now, cause)
    connection.execute(insert(runs).values(row))
    return str(row["id"])


def write_missed(
    connection: Connection, channel: str, name: str, moments: Mapping[datetime, str], now: datetime
) -> list[str]:
    """Write down firings, each with the reason, that nobody was there to plan; the ids of their missed runs."""
    over = {"state": RunState.MISSED.value, "ended_at": now}
    rows = [
        _row(channel, name, due_at, now, RunCause.SCHEDULE) | over | {"sentence": why}
        for due_at, why in moments.items()
    ]
    if rows:
        connection.execute(insert(runs), rows)
    return [str(row["id"]) for row in rows]


def write_stretch(connection: Connection, run_id: str, until: datetime) -> None:
    """Let a missed run stand for every further firing until then."""
    connection.execute(insert(missed_stretches).values(run_id=run_id, until_at=until))


def miss(connection: Connection, run_id: str, sentence: str, now: datetime) -> bool:
    """Declare a planned run missed; False where it was begun meanwhile."""
    missed = {"state": RunState.MISSED.value, "sentence": sentence, "ended_at": now}
    return bool(connection.execute(update(runs).where(runs.c.id == run_id, _PLANNED).values(missed)).rowcount)


def catch_up(connection: Connection, missed: Sequence[str], by: str) -> None:
    """Write down that the run `by` makes up for these missed ones, and for those that one of them was to."""
    for piece in pieces(missed):
        theirs = runs.c.id.in_(piece) | runs.c.caught_up_by.in_(piece)
        connection.execute(update(runs).where(theirs).values(caught_up_by=by))


def catch_up_the_rest(connection: Connection, channel: str, by: str) -> None:
    """Let the run `by` make up for what was missed and then, because the channel was paused, not caught up."""
    left = (runs.c.state == RunState.MISSED.value, _FIRING, runs.c.channel == channel, runs.c.caught_up_by.is_(None))
    connection.execute(update(runs).where(*left).values(caught_up_by=by))


def withdraw_planned(connection: Connection, channel: str, now: datetime, why: str, *, only_later: bool) -> None:
    """Take back what the schedule has planned for the channel: all of it, or only what is not due yet."""
    planned = select(runs.c.id).where(_PLANNED, _PLANNED_BY_US, runs.c.channel == channel)
    later = planned.where(runs.c.due_at > now)
    for run_id in connection.execute(later if only_later else planned).scalars().all():
        withdraw(connection, run_id, now, why)


def withdraw(connection: Connection, run_id: str, now: datetime, why: str) -> None:
    """Take a planned run back, with the reason; nothing is done where it was begun meanwhile."""
    query = select(runs.c.channel, runs.c.cause, runs.c.due_at).where(runs.c.id == run_id, _PLANNED)
    row = connection.execute(query).mappings().first()
    if row and connection.execute(delete(runs).where(runs.c.id == run_id, _PLANNED)).rowcount:
        said = {"run_id": run_id, "withdrawn_at": now, "sentence": why}
        connection.execute(insert(withdrawn_firings).values(said | dict(row)))
        connection.execute(update(runs).where(runs.c.caught_up_by == run_id).values(caught_up_by=None))


def missed_now(connection: Connection) -> list[Missed]:
    """Each channel's missed firings that no finished run, in their place or later, makes up for."""
    maker, later = runs.alias("maker"), runs.alias("later")
    finished = RunState.FINISHED.value
    made_up = exists().where(
        later.c.channel == runs.c.channel,
        later.c.state == finished,
        ~later.c.asked_for,
        later.c.cause.in_(_WHOLE),
        later.c.due_at >= runs.c.due_at,
    )
    query = (
        select(runs.c.id, runs.c.channel, runs.c.due_at, runs.c.sentence, runs.c.caught_up_by)
        .join(maker, maker.c.id == runs.c.caught_up_by, isouter=True)
        .where(runs.c.state == RunState.MISSED.value, _FIRING_OF_RUNS)
        .where(maker.c.id.is_(None) | (maker.c.state != finished), ~made_up)
        .order_by(runs.c.channel, runs.c.due_at)
    )
    found: list[Missed] = []
    for channel, group in groupby(connection.execute(query).all(), key=lambda row: str(row.channel)):
        rows = list(group)
        found.append(
            Missed(
                channel=channel,
                runs=tuple(row.id for row in rows),
                first=rows[0].due_at,
                last=rows[-1].due_at,
                why=rows[-1].sentence,
                caught_up_by=rows[-1].caught_up_by,
            )
        )
    return found


def hasten_what_is_no_firing(connection: Connection, now: datetime) -> None:
    """Only firings have a time of their own; all else is due at once, and would wait where the clock was set back."""
    late = (_PLANNED, runs.c.cause != RunCause.SCHEDULE.value, runs.c.due_at > now + _AT_ONCE)
    connection.execute(update(runs).where(*late).values(due_at=now))


def _row(channel: str, name: str, due_at: datetime, now: datetime, cause: RunCause) -> dict[str, Any]:
    everything = Span()
    run = Run(
        id=new_id(channel, due_at),
        channel=channel,
        channel_name=name,
        started_by=BY,
        cause=cause,
        request=everything,
        scope=str(everything),
        asked_for=False,
        state=RunState.PLANNED,
        planned_at=now,
        due_at=due_at,
    )
    return row_of(run)
