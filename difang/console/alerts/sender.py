"""The sender: makes deliveries of what saved searches found and sends each until its receiver has taken it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from difang.console.alerts.message import NEWEST, message_of
from difang.console.alerts.notifier import Notifier, NotSent
from difang.console.pages import beijing
from difang.crawler.ledger.alert_outbox import Delivery, Failing
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.rounds import Rounds
from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event
from difang.ingest.index.port import ArticleIndex

ISSUE = "alert_failing"
AT_ONCE = 8
"""Deliveries under way, because a receiver that does not answer takes some 20 s."""

KEEP = timedelta(days=90)
"""Ended deliveries are remembered; what was reported is as long as its search."""

_LOOK_SECONDS = 2.0
_HOUSEKEEPING_SECONDS = 60.0

log = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime.now(UTC)


class AlertSender:
    """Every service has one: a delivery is claimed in the ledger, so that no two send it at the same time.

    Killed between sending and noting, it sends the same delivery again, with the same id.
    """

    def __init__(
        self,
        ledger: Ledger,
        articles: ArticleIndex,
        notifier: Notifier,
        *,
        address: str = "",
        now: Callable[[], datetime] = _now,
    ) -> None:
        """Owns none of the parts; `address` is where readers reach the console, for links."""
        self._ledger = ledger
        self._outbox = ledger.alert_outbox
        self._articles = articles
        self._notifier = notifier
        self._address = address
        self._now = now
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="alert")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="alerts", daemon=True)
        self._unkept_seconds = 0.0

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the deliveries under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown()

    def round(self) -> int:
        """Send what is due now; how many deliveries were tried. Raises RetryLater where the ledger is away."""
        self._outbox.gather(self._now())
        tried = 0
        while not self._stop.is_set() and (claimed := self._outbox.claim(self._now(), AT_ONCE, NEWEST)):
            for _ in self._pool.map(self._deliver, claimed):
                tried += 1
        return tried

    def settle_issues(self) -> None:
        """An issue for each alert that keeps failing; those of alerts that work again, or are gone, are resolved."""
        failing = {str(each.search): each for each in self._outbox.failing()}
        for key, each in failing.items():
            self._see(key, each)
        for issue in self._ledger.issues.unresolved(ISSUE):
            if issue.key not in failing:
                self._ledger.issues.resolve(issue)
        self._outbox.prune(self._now() - KEEP)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            articles = self._held(delivery.newest)
        except RetryLater as error:
            log.warning("%s The alerts wait for it.", error, extra=Event.WORKER_WAITS.of(where="alerts"))
            self._outbox.put_back(delivery, self._now())
            return
        if not articles and delivery.articles <= len(delivery.newest):
            self._outbox.sent(delivery, self._now(), empty=True)
            return
        try:
            self._notifier.send(delivery.url, message_of(delivery, articles, address=self._address))
        except NotSent as error:
            told = Event.ALERT_FAILED.of(alert=delivery.search, owner=delivery.owner, tries=delivery.tries)
            log.info(
                "Alert %d of %s was not sent (try %d): %s",
                delivery.search,
                delivery.owner,
                delivery.tries,
                error,
                extra=told,
            )
            self._outbox.failed(delivery, str(error), self._now())
        else:
            self._outbox.sent(delivery, self._now())

    def _held(self, ids: Sequence[str]) -> list[Article]:
        """Those still in the index, as they stand now: what was taken down meanwhile is not told of."""
        held = self._articles.get(ids)
        return [held[id_].article for id_ in ids if id_ in held]

    def _see(self, key: str, each: Failing) -> None:
        self._ledger.issues.see(
            kind=ISSUE,
            channel="",
            key=key,
            sentence=(
                f"Alert {each.search} of {each.owner} to {each.shown} fails since {beijing(each.made_at)}"
                f" (Asia/Shanghai, {each.tries} tries): {each.trouble} Its owner can mend or pause it on /alerts."
            ),
            examples=(),
            figures={"tries": each.tries, "owner": each.owner},
        )

    def _work(self) -> None:
        rounds = Rounds(log, "alerts", meanwhile="The alerts go on as soon as the ledger is back.")
        while not self._stop.wait(_LOOK_SECONDS):
            rounds.round(self._round_and_housekeeping)

    def _round_and_housekeeping(self) -> None:
        self.round()
        self._unkept_seconds += _LOOK_SECONDS
        if self._unkept_seconds >= _HOUSEKEEPING_SECONDS:
            self.settle_issues()
            self._unkept_seconds = 0.0
