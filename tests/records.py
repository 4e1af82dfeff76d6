"""Records for tests: an article with every field filled, changed where a test says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from difang.ingest.article import Article, Dateline, Image, Kind, PrintEdition, content_hash

_ARTICLE = Article(
    id="people:L_35000001",
    url="http://sd.people.com.cn/n2/2022/0213/c1-35000001.html",
    urls=("http://sd.people.com.cn/n2/2022/0213/c1-35000001.html",),
    channel="sd",
    channel_name="山东频道",
    kind=Kind.ARTICLE,
    title="泉城新开三条公交线路",
    pre_title="便民出行",
    subtitle=None,
    original_title="公交又添新线",
    published_at="2022-02-13T07:48:00+08:00",
    source="泉城晚报",
    source_url="http://example.org/a.html",
    byline="本报记者 王 芳",
    reporters=("王芳",),
    correspondents=("李小满",),
    editors=("赵一帆", "钱多"),
    dateline=Dateline(agency="人民网", place="济南", date="2022-02-13"),
    sections=("山东频道", "社会"),
    keywords=("公交", "线路"),
    body="泉城公交集团今天新开三条线路。\n市民出行更加方便。",
    images=(Image(url="http://sd.people.com.cn/NMediaFile/2022/0213/LOCAL1.jpg", caption="新线路发车。王芳摄"),),
    print_edition=PrintEdition(paper="人民日报", date="2022-02-13", page="04"),
    page_count=1,
    template="c",
    warnings=(),
    content_hash=content_hash("泉城新开三条公交线路", "泉城公交集团今天新开三条线路。\n市民出行更加方便。"),
    fetched_at="2026-01-01T00:00:00.000000+00:00",
)


def article(number: int = 1, **changes: Any) -> Article:
    """An article numbered `number` (id and address follow), with these fields changed; the hash follows the text."""
    url = changes.pop("url", f"http://sd.people.com.cn/n2/2022/0213/c1-{35_000_000 + number}.html")
    identity = {"id": f"people:L_{35_000_000 + number}", "url": url, "urls": (url,)}
    made = replace(_ARTICLE, **{**identity, **changes})
    return replace(made, content_hash=content_hash(made.title, made.body))
