"""When a channel fires: intervals and crons by hand, the jitter, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.console.operating.timing_form import Asked, Mode
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.firings import InForce
from difang.crawler.ledger.schedule_book import Change
from difang.crawler.schedule.policy import asked_for, leaders_every, policies
from difang.crawler.schedule.timing import ZONE, Timing, check, length_of, written
from difang.ingest.errors import UsageError

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Shanghai
MINUTE = timedelta(minutes=1)


def local(timing: Timing, number: int, after: datetime = NOON) -> list[str]:
    return [f"{moment.astimezone(ZONE):%a %d %H:%M}" for moment in islice(timing.firings(after), number)]


def test_an_interval_lies_on_a_grid_that_no_start_moves() -> None:
    timing = Timing(every=90 * MINUTE)
    assert local(timing, 3) == ["Mon 02 13:30", "Mon 02 15:00", "Mon 02 16:30"]
    assert timing.after(NOON + 7 * MINUTE) == timing.after(NOON)


def test_a_cron_is_read_in_shanghai_with_sunday_as_0_and_7() -> None:
    assert local(Timing(cron="30 8 * * *"), 2) == ["Tue 03 08:30", "Wed 04 08:30"]
    assert local(Timing(cron="0 8 * * 0"), 1) == local(Timing(cron="0 8 * * 7"), 1) == ["Sun 08 08:00"]
    assert local(Timing(cron="0 8 * * 1-5"), 5)[-1] == "Mon 09 08:00"
    assert local(Timing(cron="0 8 * * */3"), 3) == ["Wed 04 08:00", "Sat 07 08:00", "Sun 08 08:00"]
    assert local(Timing(cron="0 8 * * mon"), 1) == ["Mon 09 08:00"]
    assert local(Timing(cron="0 8 * * MON,3"), 2) == ["Wed 04 08:00", "Mon 09 08:00"]
    assert local(Timing(cron="0 8 * * sun-tue"), 3) == ["Tue 03 08:00", "Sun 08 08:00", "Mon 09 08:00"]
    assert local(Timing(cron="0 8 * * fri-sun"), 3) == ["Fri 06 08:00", "Sat 07 08:00", "Sun 08 08:00"]


def test_the_offset_moves_every_firing() -> None:
    assert local(Timing(cron="0 8 * * *", offset=7 * MINUTE), 1) == ["Tue 03 08:07"]
    assert local(Timing(every=30 * MINUTE, offset=29 * MINUTE), 2) == ["Mon 02 12:29", "Mon 02 12:59"]


@given(
    every=st.integers(300, 604_800),
    offset=st.integers(0, 100_000),
    after=st.datetimes(datetime(2021, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_firings_follow_each_other_at_the_interval_from_wherever_one_asks(
    every: int, offset: int, after: datetime
) -> None:
    timing = Timing(every=timedelta(seconds=every), offset=timedelta(seconds=offset))
    first, second = islice(timing.firings(after), 2)
    assert timedelta(0) < first - after <= timedelta(seconds=every)
    assert second - first == timedelta(seconds=every)
    assert timing.after(first - timedelta(microseconds=1)) == first


@pytest.mark.parametrize(
    ("timing", "word"),
    [
        (Timing(cron="0 0 30 2 *"), "never fires"),
        (Timing(cron="0 0 31 4,6,9,11 *"), "never fires"),
        (Timing(cron="* * * * *"), "within 5 minutes"),
        (Timing(cron="0,3 8 * * *"), "within 5 minutes"),
        (Timing(cron="0 8 * *"), "five parts"),
        (Timing(cron=""), "five parts"),
        (Timing(cron="0 25 * * *"), "cannot be read"),
        (Timing(cron="0 8 * * 9"), "cannot be read"),
        (Timing(cron="0 8 * * 5-2"), "run backwards"),
        (Timing(cron="0 8 * * 1/0"), "is 0, which leads nowhere"),
        (Timing(cron="0 8 * * */0"), "is 0, which leads nowhere"),
        (Timing(cron="0 8 * * 1-"), "'1-' is no weekday"),
        (Timing(cron="0 8 * * 1-x"), "'x' is no weekday"),
        (Timing(cron="0 8 * * mon,"), "is no weekday"),
        (Timing(cron="a b * * *"), "cannot be read"),
        (Timing(cron="0 8 1 * 1"), "takes either"),
        (Timing(every=timedelta(minutes=4)), "between 5 minutes and 7 days"),
        (Timing(every=timedelta(days=8)), "between 5 minutes and 7 days"),
    ],
    ids=str,
)
def test_what_cannot_be_a_timing_is_one_sentence(timing: Timing, word: str) -> None:
    with pytest.raises(UsageError, match=word) as told:
        check(timing, NOON)
    assert str(told.value).endswith(".")
    assert "\n" not in str(told.value)


def test_a_rare_cron_is_allowed() -> None:
    check(Timing(cron="0 0 29 2 *"), NOON)
    assert local(Timing(cron="0 0 29 2 *"), 1) == ["Tue 29 00:00"]


NOW = datetime(2026, 11, 30, tzinfo=UTC)


def in_force(every: timedelta | None, cron: str | None = None) -> InForce:
    return InForce(every=every, cron=cron, offset=timedelta(0), paused=False, since=NOW)


def said(channel: str, *, every: timedelta | None, ago: int) -> Change:
    at = NOW - timedelta(minutes=ago)
    words = {"cron": None, "jitter": None, "paused": False, "changed_by": "li", "why": ""}
    return Change(id=1, channel=channel, every=every, changed_at=at, **words)  # type: ignore[arg-type]


def test_by_table_means_what_the_leader_puts_in_place_of_the_table() -> None:
    """Shown by another channel that follows the table, never by one an operator timed, nor one just changed back."""
    channels = load_channels(None)
    one, two, three = channels[:3]
    every = timedelta(hours=5)
    led = {one.slug: in_force(timedelta(minutes=7)), two.slug: in_force(every), three.slug: in_force(timedelta(days=1))}
    changes = {
        one.slug: said(one.slug, every=timedelta(minutes=7), ago=9),
        three.slug: said(three.slug, every=None, ago=-1),
    }
    assert leaders_every(channels, changes, led) == every
    assert leaders_every(channels, changes, {two.slug: in_force(two.every)}) is None
    asked = asked_for(channels, one, every=None, cron=None, jitter=None, instead=every)
    assert asked == policies(channels, {}, every)[one.slug].timing
    assert asked != policies(channels, {}, None)[one.slug].timing
    own = asked_for(channels, one, every=timedelta(hours=1), cron=None, jitter=None, instead=every)
    assert own.every == timedelta(hours=1)


def test_by_table_is_shown_though_the_leader_goes_by_an_interval_no_operator_may_ask_for() -> None:
    channels = load_channels(None)
    form = Asked(mode=Mode.TABLE)
    firings = form.firings(channels, channels[0], NOW, timedelta(minutes=2))
    assert {later - earlier for earlier, later in pairwise(firings)} == {timedelta(minutes=2)}
    with pytest.raises(UsageError):
        Asked(mode=Mode.EVERY, every="2m").firings(channels, channels[0], NOW, None)


@pytest.mark.parametrize("text", ["0m", "45s", "90m", "2h", "36h", "1d", "7d"])
def test_a_length_is_written_as_it_is_read(text: str) -> None:
    assert written(length_of(text)) == text
