"""An article whose every field holds what a browser would run."""

from __future__ import annotations

from difang.ingest.article import Image
from tests.made_articles import made_article

EVIL = '<script>alert("1")</script>{{7*7}}<img src=x onerror=alert(1)>'
HOSTILE = made_article(
    id="evil:<b>/../x?y#z",
    url="javascript:alert(1)",
    urls=("javascript:alert(1)", "data:text/html,<script>alert(1)</script>"),
    channel="evil",
    channel_name=EVIL,
    title=EVIL,
    pre_title=EVIL,
    subtitle=EVIL,
    original_title=EVIL,
    source=f'源"{EVIL}',
    source_url="JavaScript:alert(1)",
    byline=EVIL,
    editors=(f'恶"{EVIL}',),
    reporters=(EVIL,),
    sections=(EVIL,),
    keywords=(EVIL,),
    images=(Image(url="javascript:alert(1)", caption=EVIL),),
    warnings=(EVIL,),
    body=f"毒文一段\n{EVIL}\n毒文二段",
)
