"""The counts of how pages were read, and the issues made of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from difang.crawler import drift_issues
from difang.crawler.drift_issues import Watch, check
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.readings import DayCounts
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.tables import IssueState
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.note import NO_TEMPLATE, Note
from difang.ingest.outcome import Ending, Outcome

NOON = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0)
"""Noon of today in China."""

NAMES = {"sd": "山东频道"}


@pytest.fixture
def run(ledger: Ledger) -> Run:
    return ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="operator", logs=Path("log"))


def tell(ledger: Ledger, *notes: Note, outcome: Outcome = Outcome.INDEXED) -> None:
    ledger.tell([Ending(run_id=note.run_id, url=note.url, outcome=outcome) for note in notes], notes)


def note(
    run: Run,
    n: int,
    template: str | None = "C",
    *warnings: str,
    at: datetime = NOON,
    channel: str | None = "sd",
    published: date | None = None,
) -> Note:
    return Note(
        run_id=run.id,
        url=f"http://sd/{at:%d}/{n}",
        channel=channel,
        template=template,
        warnings=frozenset(warnings),
        published=published,
        fetched_at=at,
    )


def a_day(ledger: Ledger, run: Run, ago: int, template: str | None = "C", pages: int = 12) -> None:
    tell(ledger, *(note(run, n, template, at=NOON - timedelta(days=ago)) for n in range(pages)))


def open_issue(ledger: Ledger, run: Run) -> Issue:
    for ago in (4, 3, 2):
        a_day(ledger, run, ago)
    a_day(ledger, run, 1, NO_TEMPLATE)
    (opened,) = check(ledger, NAMES).opened
    return opened


def test_signs_are_counted_by_channel_and_day_of_the_fetch_in_china(ledger: Ledger, run: Run) -> None:
    late = NOON.replace(hour=16)
    tell(
        ledger,
        note(run, 1, "C", "no_minute"),
        note(run, 2, "C"),
        note(run, 3, "A", at=late),
        note(run, 4, channel="js"),
    )
    today = NOON.date()
    assert ledger.readings.by_channel() == {
        "js": [DayCounts(day=today, signs={"pages": 1, "template:C": 1})],
        "sd": [
            DayCounts(day=today, signs={"pages": 2, "template:C": 2, "warning:no_minute": 1}),
            DayCounts(day=today + timedelta(days=1), signs={"pages": 1, "template:A": 1}),
        ],
    }


def test_a_page_delivered_twice_counts_once(ledger: Ledger, run: Run) -> None:
    tell(ledger, note(run, 1), note(run, 1), note(run, 2))
    tell(ledger, note(run, 2), note(run, 3), outcome=Outcome.UNCHANGED)
    assert [day.signs["pages"] for day in ledger.readings.by_channel()["sd"]] == [3]


def test_what_was_set_aside_counts_for_the_channel_of_its_run(ledger: Ledger, run: Run) -> None:
    tell(ledger, note(run, 1, None, channel=None), outcome=Outcome.SET_ASIDE)
    assert ledger.readings.by_channel()["sd"][0].signs == {"pages": 1, "set_aside": 1}


def test_an_old_page_does_not_count(ledger: Ledger, run: Run) -> None:
    tell(ledger, note(run, 1, published=NOON.date() - timedelta(days=15)))
    assert ledger.readings.by_channel() == {}
    tell(ledger, note(run, 2, published=NOON.date() - timedelta(days=14)))
    assert ledger.readings.by_channel()["sd"][0].signs["pages"] == 1


def test_three_examples_are_kept_however_the_pages_arrive(ledger: Ledger, run: Run) -> None:
    day = NOON.date()
    tell(ledger, note(run, 1))
    assert ledger.readings.examples("sd", "template:C", day, day) == (note(run, 1).url,)
    tell(ledger, note(run, 2))
    tell(ledger, *(note(run, n) for n in range(3, 30)))
    tell(ledger, note(run, 30))
    assert ledger.readings.examples("sd", "template:C", day, day) == tuple(note(run, n).url for n in (1, 2, 3))


def test_pages_read_again_change_signs_and_an_issue_about_them_is_over(ledger: Ledger, run: Run) -> None:
    for ago in range(3, 0, -1):
        a_day(ledger, run, ago)
    a_day(ledger, run, 0, NO_TEMPLATE)
    [issue] = check(ledger, NAMES).opened
    old = [note(run, n, NO_TEMPLATE, "no_editor_line") for n in range(12)]
    new = [note(run, n, "D") for n in range(12)]
    ledger.readings.reread(list(zip(old[:9], new[:9], strict=True)))
    today = ledger.readings.by_channel()["sd"][-1].signs
    assert {sign: today[sign] for sign in ("pages", "template:generic", "template:D")} == {
        "pages": 12,
        "template:generic": 3,
        "template:D": 9,
    }
    ledger.readings.reread(list(zip(old[9:], new[9:], strict=True)))
    assert ledger.readings.by_channel()["sd"][-1].signs["template:D"] == 12
    assert issue.id in {resolved.id for resolved in check(ledger, NAMES).resolved}
    before = ledger.readings.by_channel()
    elsewhere = (note(run, 1, at=NOON - timedelta(days=9)), note(run, 1, "D", at=NOON - timedelta(days=9)))
    past = (note(run, 1, published=date(2012, 1, 1)), note(run, 1, "D", published=date(2012, 1, 1)))
    ledger.readings.reread([elsewhere, past])
    assert ledger.readings.by_channel() == before, "what was never counted is not counted now"


def test_counts_are_forgotten_after_a_month(ledger: Ledger, run: Run) -> None:
    a_day(ledger, run, 31)
    a_day(ledger, run, 29)
    ledger.readings.prune(NOON.date())
    assert [day.day for day in ledger.readings.by_channel()["sd"]] == [NOON.date() - timedelta(days=29)]


def test_an_issue_says_what_happened_and_is_opened_once(ledger: Ledger, run: Run) -> None:
    issue = open_issue(ledger, run)
    yesterday = NOON.date() - timedelta(days=1)
    assert issue.sentence == (
        f"山东频道: 100 % of the 12 pages fetched on {yesterday} were read by no template (usually 0 %)."
    )
    assert issue.examples == tuple(note(run, n, at=NOON - timedelta(days=1)).url for n in range(3))
    a_day(ledger, run, 0, NO_TEMPLATE, pages=20)
    assert check(ledger, NAMES).opened == ()
    (same,) = ledger.issues.unresolved()
    assert (same.id, same.opened_at) == (issue.id, issue.opened_at)
    assert "of the 20 pages" in same.sentence
    assert same.sentence.endswith("(usually 0 %).")


def test_an_issue_is_resolved_when_the_share_is_back_and_opened_anew_later(ledger: Ledger, run: Run) -> None:
    issue = open_issue(ledger, run)
    a_day(ledger, run, 0, "C", pages=20)
    assert [done.id for done in check(ledger, NAMES).resolved] == [issue.id]
    assert ledger.issues.get(issue.id).state is IssueState.RESOLVED
    assert check(ledger, NAMES).resolved == ()
    a_day(ledger, run, -1, NO_TEMPLATE, pages=40)
    (again,) = check(ledger, NAMES).opened
    assert again.id != issue.id


def test_pages_whose_being_set_aside_is_an_issue_already_do_not_drift_too(ledger: Ledger, run: Run) -> None:
    ledger.issues.see(kind="set_aside", channel="sd", key="pages", sentence="So it is.", examples=[], figures={})
    for ago in (4, 3, 2):
        a_day(ledger, run, ago)
    a_day(ledger, run, 1, None)
    assert check(ledger, NAMES).opened == ()
    ledger.issues.resolve(ledger.issues.unresolved("set_aside")[0])
    assert [issue.key for issue in check(ledger, NAMES).opened] == ["set_aside"]


def test_an_acknowledged_issue_stays_so_and_a_resolved_one_cannot_be(ledger: Ledger, run: Run) -> None:
    issue = open_issue(ledger, run)
    ledger.issues.acknowledge(issue.id, "Li")
    a_day(ledger, run, 0, NO_TEMPLATE)
    check(ledger, NAMES)
    (same,) = ledger.issues.unresolved("drift")
    assert (same.state, same.acknowledged_by) == (IssueState.ACKNOWLEDGED, "Li")
    ledger.issues.resolve(same)
    with pytest.raises(DifangError, match="resolved already"):
        ledger.issues.acknowledge(issue.id, "Li")
    with pytest.raises(UsageError, match="no issue 99"):
        ledger.issues.acknowledge(99, "Li")


def test_a_watch_looks_when_it_is_time_and_there_were_new_pages(
    ledger: Ledger, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in (4, 3, 2):
        a_day(ledger, run, ago)
    a_day(ledger, run, 1, NO_TEMPLATE)
    Watch(ledger, NAMES).look(12)
    assert ledger.issues.unresolved() == [], "it is not time yet"
    monkeypatch.setattr(drift_issues, "EVERY_SECONDS", 0.0)
    watch = Watch(ledger, NAMES)
    watch.look(0)
    assert ledger.issues.unresolved() == [], "nothing is new"
    watch.look(12)
    assert len(ledger.issues.unresolved()) == 1
