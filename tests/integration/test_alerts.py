"""Alerts on real parts: found beside the worker, each article reported once, sent again until it was taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from difang.command.settings import Settings
from difang.command.wiring import alert_watch
from difang.console.alerts.notifier import Notifier
from difang.console.alerts.sender import ISSUE, AlertSender
from difang.console.alerts.target import read_address
from difang.console.alerts.watch import AlertWatch
from difang.crawler.ledger.alert_outbox import FAILING_TRIES
from difang.crawler.ledger.alert_tables import Rhythm, saved_searches
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.saved_searches import SavedSearches, Wish
from difang.crawler.ledger.transactions import writing
from difang.ingest.article import Article
from difang.ingest.errors import UsageError
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.newcomers import Newcomer
from tests.made_articles import document, made_article
from tests.services.people import signed_in
from tests.services.webhook import Webhook, webhook

DAY = date(2026, 11, 23)


@dataclass(kw_only=True)
class Stage:
    """A reader whose alerts go to a webhook, and a clock for the sender."""

    ledger: Ledger
    index: EmbeddedIndex
    hook: Webhook
    now: datetime
    target: int = 0

    @property
    def saved(self) -> SavedSearches:
        return self.ledger.saved_searches

    def save(self, query: str, **more: Any) -> int:
        return self.saved.save("reader", Wish(name="a search", query=query, target=self.target, **more))

    def come(self, *articles: Article, new: bool = True) -> None:
        """These articles go into the index and are told of, as the worker does."""
        documents = [document(article) for article in articles]
        self.index.write(documents)
        watch = AlertWatch(self.ledger, today=lambda: DAY)
        watch.tell([Newcomer(document=each, new=new) for each in documents])

    def send(self, **forward: float) -> int:
        """A round of a new sender, as after a restart, so much later."""
        self.now += timedelta(**forward)
        sender = AlertSender(self.ledger, self.index, Notifier(private=True), now=lambda: self.now)
        try:
            return sender.round()
        finally:
            sender.settle_issues()
            sender.stop()


@pytest.fixture
def stage(ledger_address: str, tmp_path: Path) -> Iterator[Stage]:
    with (
        closing(Ledger(ledger_address)) as ledger,
        closing(EmbeddedIndex(tmp_path / "index")) as index,
        webhook() as hook,
    ):
        signed_in(ledger, name="reader")
        address = read_address(hook.address, mail=False, private=True)
        stage = Stage(ledger=ledger, index=index, hook=hook, now=datetime.now(UTC))
        stage.target = stage.saved.add_target("reader", label="hook", shown=address.shown, url=address.url)
        yield stage


def article(number: int, body: str = "海岱市昨日公布新规。", *, days_old: float = 0, **more: Any) -> Article:
    """First seen in a minute, so that it came after what was saved now."""
    seen = datetime.now(UTC) + timedelta(minutes=1)
    return made_article(
        id=f"people:L_{number}",
        body=body,
        published_at=(seen - timedelta(days=days_old)).isoformat(),
        fetched_at=seen.isoformat(),
        **more,
    )


def test_an_article_is_reported_once_whatever_happens_again(stage: Stage) -> None:
    number = stage.save("新规")
    first = article(1)
    stage.come(first, article(2, body="没有别的。", title="无关"))
    stage.come(first)  # delivered again after a crash
    assert stage.send() == 1
    stage.come(first)
    corrected = replace(first, body=first.body + "更正。", content_hash="another")
    stage.come(corrected, new=False)
    assert stage.send(hours=1) == 0
    assert stage.hook.articles() == [first.id]
    assert stage.saved.get("reader", number).sent == 1


def test_a_correction_that_makes_an_article_fit_is_reported(stage: Stage) -> None:
    stage.save("罕见词")
    first = article(1)
    stage.come(first)
    stage.come(replace(first, body="海岱市的罕见词。", content_hash="another"), new=False)
    stage.send()
    assert stage.hook.articles() == [first.id]


def test_a_synonym_is_reported(stage: Stage, tmp_path: Path) -> None:
    stage.save("高铁")
    file = tmp_path / "synonyms.txt"
    file.write_text("高铁, 高速铁路", encoding="utf-8")
    found = document(article(1, body="海岱市高速铁路开通。"))
    stage.index.write([found])
    alert_watch(Settings(synonyms=str(file)), stage.ledger).tell([Newcomer(document=found, new=True)])
    stage.send()
    assert stage.hook.articles() == ["people:L_1"]


def test_an_article_that_was_there_before_is_not_reported(stage: Stage) -> None:
    stage.save("新规")
    before = made_article(fetched_at=(datetime.now(UTC) - timedelta(hours=1)).isoformat())
    stage.come(before, new=False)
    assert stage.send() == 0


def test_a_backfilled_old_article_is_reported_where_it_is_wanted(stage: Stage) -> None:
    stage.save("新规")
    wanted = stage.save("新规", old_too=True)
    stage.come(article(1, days_old=8), article(2, days_old=6))
    stage.send()
    assert sorted((each["search"]["id"] == wanted, each["total"]) for each in stage.hook.got) == [(False, 1), (True, 2)]


def test_a_receiver_that_fails_gets_the_same_delivery_again_after_growing_gaps(stage: Stage) -> None:
    number = stage.save("新规")
    stage.hook.status = 503
    stage.come(article(1))
    assert [stage.send(minutes=minutes) for minutes in (0, 0.9, 0.2, 1.5, 0.6, 3, 1.1)] == [1, 0, 1, 0, 1, 0, 1]
    stage.come(article(2))  # waits its turn
    assert "503" in str(stage.saved.get("reader", number).trouble)
    assert stage.ledger.issues.unresolved(ISSUE) == []
    assert stage.send(hours=1) == 1
    assert stage.saved.get("reader", number).tries == FAILING_TRIES
    (issue,) = stage.ledger.issues.unresolved(ISSUE)
    assert "s3cret" not in issue.sentence
    stage.hook.status = 200
    assert stage.send(hours=6) == 1
    assert stage.send() == 1
    assert stage.hook.articles() == ["people:L_1", "people:L_2"]
    assert stage.ledger.issues.unresolved(ISSUE) == []


def test_a_sender_killed_after_sending_sends_the_same_delivery_again(stage: Stage) -> None:
    stage.save("新规")
    stage.come(article(1))
    outbox = stage.ledger.alert_outbox
    outbox.gather(stage.now)
    (claimed,) = outbox.claim(stage.now, 8)
    assert outbox.claim(stage.now, 8) == []  # no other sender takes it meanwhile
    assert stage.send(minutes=3) == 1
    assert stage.hook.got[0]["delivery"] == claimed.id


@pytest.mark.parametrize(("hour", "minutes", "sent"), [(8, -1, 1), (9, -1, 1), (8, 1, 0)])
def test_a_digest_that_is_due_stays_due_when_its_search_is_changed(
    stage: Stage, hour: int, minutes: int, sent: int
) -> None:
    wish = Wish(name="a search", query="新规", target=stage.target, rhythm=Rhythm.DAILY, hour=8)
    number = stage.saved.save("reader", wish)
    with writing(stage.saved._engine) as connection:
        due = datetime.now(UTC) + timedelta(minutes=minutes)
        connection.execute(update(saved_searches).values(digest_at=due))
    stage.come(article(1))
    stage.saved.change("reader", number, replace(wish, name="another name", hour=hour))
    stage.now = datetime.now(UTC)
    assert stage.send() == sent
    digest = stage.saved.get("reader", number).digest_at
    assert digest is not None
    assert digest > stage.now


def test_what_a_query_found_before_it_was_changed_is_dropped(stage: Stage) -> None:
    """What waits, what was gathered, and what another worker finds by the old query just now."""
    asked = Wish(name="a search", query="新规", target=stage.target)
    number = stage.saved.save("reader", asked)
    stage.come(article(1))
    stage.ledger.alert_outbox.gather(stage.now)
    stage.come(article(2))
    assert stage.saved.change("reader", number, replace(asked, name="another name")) == 0
    other = replace(asked, query="罕见词")
    assert stage.saved.change("reader", number, other) == 2
    assert stage.ledger.alert_outbox.note([(number, "people:L_3")], {number: "新规"}) == 0
    assert stage.saved.get("reader", number).waiting == 0
    stage.come(article(4, body="海岱市的罕见词。"))
    assert stage.send() == 1
    assert stage.hook.articles() == ["people:L_4"]


def test_a_delivery_that_failed_is_dropped_with_its_query_and_never_reported_again(stage: Stage) -> None:
    """Its receiver may have read it all the same."""
    asked = Wish(name="a search", query="新规", target=stage.target, old_too=True)
    number = stage.saved.save("reader", asked)
    stage.hook.status = 503
    stage.come(article(1))
    assert stage.send() == 1
    assert stage.saved.change("reader", number, replace(asked, query="新规 公布")) == 1
    stage.hook.status = 200
    stage.come(article(1), article(2))
    assert stage.send(hours=7) == 1
    assert stage.hook.articles() == ["people:L_2"]


def test_a_digest_comes_at_its_hour_and_holds_the_day(stage: Stage) -> None:
    number = stage.save("新规", rhythm=Rhythm.DAILY, hour=8)
    digest = stage.saved.get("reader", number).digest_at
    assert digest is not None
    assert digest.astimezone(UTC).hour == 0
    stage.come(article(1))
    stage.come(article(2))
    assert stage.send() == 0
    stage.now = digest
    assert stage.send() == 1
    assert stage.send(hours=1) == 0
    stage.come(article(3))
    assert stage.send(hours=22) == 0
    assert stage.send(hours=1) == 1
    assert [each["total"] for each in stage.hook.got] == [2, 1]


def test_what_was_taken_down_meanwhile_is_not_told(stage: Stage) -> None:
    number = stage.save("新规")
    stage.come(article(1))
    stage.index.remove(["people:L_1"])
    assert stage.send() == 1
    assert stage.hook.asked == 0
    assert stage.saved.get("reader", number).waiting == 0


def test_a_paused_search_tells_nothing_and_goes_on_later(stage: Stage) -> None:
    number = stage.save("新规")
    stage.come(article(1))
    stage.saved.pause("reader", number, paused=True)
    stage.come(article(2))
    assert stage.send() == 0
    stage.saved.pause("reader", number, paused=False)
    assert stage.send() == 1
    assert stage.hook.articles() == ["people:L_1"]


def test_many_articles_are_one_message_of_bounded_length(stage: Stage) -> None:
    stage.save("新规")
    stage.come(*(article(number) for number in range(1, 101)))
    assert stage.send() == 1
    (message,) = stage.hook.got
    assert (message["total"], len(message["articles"])) == (100, 20)
    assert "还有 80 篇" in message["message"]


def test_a_webhook_that_sends_elsewhere_is_not_followed(stage: Stage) -> None:
    stage.save("新规")
    stage.hook.status = 307
    stage.come(article(1))
    stage.send()
    assert stage.hook.asked == 1


def test_nobody_reaches_anothers_searches(stage: Stage) -> None:
    number = stage.save("新规")
    signed_in(stage.ledger, name="other")
    wish = Wish(name="n", query="q", target=None)
    for act in (
        lambda: stage.saved.get("other", number),
        lambda: stage.saved.delete("other", number),
        lambda: stage.saved.change("other", number, wish),
        lambda: stage.saved.target_url("other", stage.target),
        lambda: stage.saved.remove_target("other", stage.target),
        lambda: stage.saved.save("other", replace(wish, target=stage.target)),
    ):
        with pytest.raises(UsageError):
            act()
    stage.saved.pause("other", number, paused=True)
    assert not stage.saved.get("reader", number).paused
