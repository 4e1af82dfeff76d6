"""The events of the log: one name for each, the same wherever it happens, and fields for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Event(StrEnum):
    """Every event of a process's log; docs/metrics.md says the same for people."""

    SERVICE_BEGUN = "service.begun"  # address
    NO_CRAWLS = "service.no_crawls"  # the service crawls nothing, for want of a setting
    LEDGER_AWAY = "ledger.away"  # where; told once until it is back
    LEDGER_BACK = "ledger.back"  # seconds
    SCHEDULE_LED = "schedule.led"  # this process leads now: number
    SCHEDULE_LOST = "schedule.lost"  # another leads now
    CLOCK_SET_BACK = "schedule.clock_set_back"  # to
    SCHEDULE_ABSENT = "schedule.absent"  # nobody led for a while
    DUTY_FAILED = "duty.failed"  # duty; it is done again at its next time
    RUN_BEGUN = "run.begun"  # run, channel, cause
    RUN_ENDED = "run.ended"  # run, channel, state
    ISSUE_OPENED = "issue.opened"  # issue, kind, channel, severity
    ISSUE_RESOLVED = "issue.resolved"  # issue, kind, channel; by itself
    WORKER_ENDED = "worker.ended"  # code; the ingest worker is started again
    WORKER_HANGS = "worker.hangs"  # pages wait and it takes none; it is killed and started again
    WORKER_WAITS = "worker.waits"  # seconds, tries; index, queue or ledger is away
    PROCESS_DIED = "process.died"  # a process of extraction; its pages are read again
    PAGE_AGAIN = "page.again"  # url, attempt; the page is tried again
    STORIES_LATER = "stories.later"  # articles
    VERSION_LOST = "version.lost"  # version, reason; an older version that the index never takes
    TELLING_FAILED = "telling.failed"  # rule, issues; tried again
    ALERT_FAILED = "alert.failed"  # alert, owner, tries; tried again
    PROVIDER_AWAY = "sign_in.provider_away"  # the identity provider cannot be asked, or answers nonsense
    SIGN_IN_REFUSED = "sign_in.refused"  # of somebody the identity provider sent
    SIGN_IN_WRONG = "sign_in.wrong"  # host, user: empty where there is none of the name
    SIGN_IN_LOCKED = "sign_in.locked"  # host, user, locked (name, address); for a while
    DEFECT = "defect"  # where; a defect of difang, with its traceback

    def of(self, **fields: Any) -> dict[str, Any]:
        """What `extra` of a log call takes: this event with these fields."""
        return {"event": self.value, "fields": fields}
