"""What states, causes, kinds and severities are called on the operators' pages."""

from __future__ import annotations

from difang.console.languages import N_
from difang.console.operating.cards import Level
from difang.crawler.ledger.run_tables import RunCause
from difang.crawler.ledger.survey_tables import SurveyState
from difang.crawler.ledger.tables import IssueState, Severity

CAUSES = {
    RunCause.SCHEDULE: N_("定时"),
    RunCause.OPERATOR: N_("人工"),
    RunCause.BACKFILL: N_("回溯"),
    RunCause.CATCH_UP: N_("补采"),
    RunCause.RETRY: N_("重试"),
    RunCause.AUDIT: N_("核对"),
}

LEVELS = {
    Level.ALARM: N_("告警"),
    Level.WARNING: N_("注意"),
    Level.IDLE: N_("无人采集"),
    Level.TAKEN_UP: N_("处理中"),
    Level.PAUSED: N_("已暂停"),
    Level.NEW: N_("尚未采集"),
    Level.WELL: N_("正常"),
}

SEVERITIES = {Severity.HIGH: N_("紧急"), Severity.MEDIUM: N_("今天处理"), Severity.LOW: N_("有空再看")}

ISSUE_STATES = {
    IssueState.OPEN: N_("待处理"),
    IssueState.ACKNOWLEDGED: N_("处理中"),
    IssueState.RESOLVED: N_("已解决"),
}

KINDS = {
    "silent": N_("没有新文章"),
    "volume": N_("数量异常"),
    "listing_empty": N_("列表无文章"),
    "host_down": N_("站点不通"),
    "nothing_found": N_("一无所获"),
    "run_failed": N_("采集失败"),
    "set_aside": N_("网页多被搁置"),
    "missed_run": N_("漏采"),
    "drift": N_("模板变化"),
    "index_away": N_("索引不通"),
    "pages_wait": N_("网页无人处理"),
    "worker_died": N_("处理进程中断"),
    "alert_failing": N_("提醒发不出"),
}
"""Those of docs/issues.md; another kind is shown by its own word."""

SURVEY_STATES = {
    SurveyState.ACTIVE: N_("进行中"),
    SurveyState.PAUSED: N_("已暂停"),
    SurveyState.FINISHED: N_("完成"),
    SurveyState.CANCELLED: N_("已停止"),
}
