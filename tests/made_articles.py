"""Articles made up for tests of the index: invented names and sentences, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from difang.ingest.article import Article, Kind, content_hash
from difang.ingest.index.port import Document

CHANNELS = {"sd": "山东频道", "js": "江苏频道", "he": "河北频道", "rmxa": "雄安频道"}
EDITORS = ("萧云", "纪小禾", "欧阳青", "赵 一", "郭砚", "林知夏")
SOURCES = ("人民网－山东频道", "海岱晚报", "新安日报", "人民网", "運河週刊")
SECTIONS = ("要闻", "社会", "教育 ", "图说")
_PARTS = (
    "海岱市 新安县 运河镇 石桥村 东湖新区 港口 高铁站 实验小学 中医院 菜市场 臺地 老城",
    "今年 昨日 春季 汛期 节日期间 上半年 2020年1月 近三年来 目前",
    "新增 改造 启用 公布 巡查 核查 推广 試點 举行 完成 提升 扩大",
    "地铁线路 防汛设施 蔬菜大棚 中高风险地区 图书馆 5G基站 养老服务 生态公园 公交车 A股公司 招聘会 發展 19.6公里道路",
    "受到居民欢迎 效果明显 记者钱禾摄 共计36例 投资1.2亿元 正在征求意见 将于10月底完工 覆盖二十个社区 再創新高",
)
_ENDS = ("。", "，", "；", "！", "。\n", "、", "”。", "——")


def sentence(chance: random.Random) -> str:
    """One clause without end: place, time, verb, thing, outcome."""
    return "".join(chance.choice(part.split()) for part in _PARTS)


def made_articles(count: int, seed: int = 1) -> Iterator[Article]:
    """So many articles with ids people:L_1000000 and on."""
    chance = random.Random(seed)
    start = datetime(2016, 1, 1, tzinfo=UTC)
    for number in range(count):
        channel = chance.choice(list(CHANNELS))
        body = "".join(sentence(chance) + chance.choice(_ENDS) for _ in range(chance.randint(2, 12)))
        yield made_article(
            id=f"people:L_{1_000_000 + number}",
            channel=channel,
            channel_name=CHANNELS[channel],
            kind=chance.choice([Kind.ARTICLE] * 8 + [Kind.GALLERY, Kind.VIDEO]),
            title=sentence(chance)[: chance.randint(8, 20)],
            subtitle=chance.choice([None, None, sentence(chance)]),
            published_at=_beijing(start + timedelta(minutes=chance.randrange(60 * 24 * 3650))),
            source=chance.choice([*SOURCES, None]),
            reporters=tuple(chance.sample(EDITORS, chance.randint(0, 2))),
            editors=tuple(chance.sample(EDITORS, chance.randint(0, 2))),
            sections=tuple(chance.sample(SECTIONS, chance.randint(0, 2))),
            body=body,
        )


def made_article(**fields: Any) -> Article:
    """An article with these fields, the others filled in."""
    values: dict[str, Any] = {
        "id": "people:L_1",
        "url": "http://sd.people.com.cn/n2/2020/0206/c1-1.html",
        "channel": "sd",
        "channel_name": "山东频道",
        "kind": Kind.ARTICLE,
        "title": "海岱市公布新规",
        "published_at": "2020-02-06T17:51:00+08:00",
        "body": "海岱市昨日公布新规。",
        "page_count": 1,
        "template": "B",
        "fetched_at": "2020-02-06T10:00:00+00:00",
        **dict.fromkeys(
            ("urls", "reporters", "correspondents", "editors", "sections", "keywords", "images", "warnings"), ()
        ),
        **dict.fromkeys(
            ("pre_title", "subtitle", "original_title", "source", "source_url", "byline", "dateline", "print_edition")
        ),
        **fields,
    }
    if "content_hash" not in values:
        values["content_hash"] = content_hash(values["title"], values["body"])
    return Article(**values)


def document(article: Article) -> Document:
    """The document of a first sight."""
    return Document(article=article, first_seen=article.fetched_at)


def _beijing(time: datetime) -> str:
    return (time + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:00+08:00")
