"""What outcomes, standings and what was done with a page are called on the operators' pages."""

from __future__ import annotations

from typing import Any

from difang.console.languages import N_
from difang.console.runs import LABELS as OUTCOMES
from difang.crawler.trace import Standing
from difang.ingest.set_aside import Deed

STANDINGS = {
    Standing.INDEXED: N_("在索引中，可以检索。"),
    Standing.SET_ASIDE: N_("已搁置，等人处理。"),
    Standing.DISCARDED: N_("搁置后已放弃。"),
    Standing.REFUSED: N_("不予采集。"),
    Standing.UNFETCHED: N_("已发现，还没有采集；下一次采集会取它。"),
    Standing.QUEUED: N_("已采集，正在队列中等待处理。"),
    Standing.FAILED: N_("没有取到；下一次采集会再试。"),
    Standing.WAITING: N_("后续分页已处理，第一页还没有来；取到第一页才能检索。"),
    Standing.LACKING: N_("已处理，但索引里没有；重新抽取并写入会补上。"),
    Standing.INDEX_AWAY: N_("索引现在无法访问，不知其中有没有。"),
    Standing.ENDED: N_("已处理，不收入索引。"),
    Standing.UNKNOWN_ID: N_("没有哪次采集见过这个编号，索引里也没有。"),
    Standing.FOREIGN: N_("从未发现；这个站点不属于任何频道。"),
    Standing.CENTRAL: N_("从未发现；这个站点不属于任何频道，只能按网址单独采集。"),
    Standing.UNMET: N_("从未发现。"),
}

FETCHABLE = frozenset((Standing.UNFETCHED, Standing.FAILED, Standing.UNMET, Standing.CENTRAL))
"""Where fetching it now is what helps."""

DEEDS = {
    Deed.TRIED: N_("试过，未成"),
    Deed.SET_ASIDE: N_("搁置"),
    Deed.RETRIED: N_("重试"),
    Deed.DISCARDED: N_("放弃"),
    Deed.SETTLED: N_("已由其他途径读取"),
}

FIELDS = {
    "id": N_("编号"),
    "url": N_("网址"),
    "urls": N_("全部网址"),
    "channel": N_("频道"),
    "channel_name": N_("频道名称"),
    "kind": N_("种类"),
    "title": N_("标题"),
    "pre_title": N_("肩题"),
    "subtitle": N_("副题"),
    "original_title": N_("原标题"),
    "published_at": N_("发布时间"),
    "source": N_("来源"),
    "source_url": N_("来源网址"),
    "byline": N_("署名"),
    "reporters": N_("记者"),
    "correspondents": N_("通讯员"),
    "editors": N_("责编"),
    "dateline": N_("电头"),
    "sections": N_("栏目"),
    "keywords": N_("关键词"),
    "body": N_("正文"),
    "images": N_("图片"),
    "print_edition": N_("报纸版面"),
    "page_count": N_("页数"),
    "template": N_("模板"),
    "warnings": N_("提醒事项"),
    "content_hash": N_("内容摘要"),
    "fetched_at": N_("采集时间"),
}

DETAILS = {
    "folder": N_("位置"),
    "server": N_("服务器版本"),
    "plugins": N_("插件"),
    "health": N_("健康"),
    "mapping": N_("结构"),
    "words": N_("分词"),
    "writes": N_("写入"),
    "segments": N_("分段"),
    "versions": N_("文章的旧版本"),
    "migration": N_("未完的迁移"),
    "previous": N_("迁移前的索引"),
    "index": N_("索引"),
}
"""Of an index, as far as it tells them."""

ASKED = {"channel": N_("频道"), "since": N_("从"), "until": N_("到"), "template": N_("模板")}
"""What long work was asked for."""

WORDS: dict[str, Any] = {"outcomes": OUTCOMES, "fields": FIELDS, "deeds": DEEDS, "standings": STANDINGS}
"""For the templates that show pages and articles."""
