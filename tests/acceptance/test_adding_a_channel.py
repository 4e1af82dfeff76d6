"""docs/adding-a-channel.md, done literally: the entry it prints is added and crawled."""

from __future__ import annotations

import re
from pathlib import Path

from difang.crawler.channel_table import SHIPPED
from tests.services.command import Difang
from tests.services.stub_site import Answer, stub_site

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-channel.md"
HOST = "http://suzhou.people.com.cn"


def test_the_page_is_enough_to_add_a_channel(tmp_path: Path) -> None:
    entry = re.search(r"```toml\n(.+?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert entry
    table = tmp_path / "my-channels.toml"
    table.write_text(SHIPPED.read_text(encoding="utf-8") + "\n" + entry[1], encoding="utf-8")
    article = f"{HOST}/n2/2026/0102/c400001-41000001.html"
    with stub_site() as site:
        link = Answer(body=f'<a href="{article}">标题</a>'.encode())
        site.answers = {f"{HOST}/": link, f"{HOST}/GB/400001/index.html": link, article: Answer(body=b"<html>1</html>")}
        difang = Difang(var=tmp_path / "var", proxy=site.url, settings={"channels": str(table)})
        assert "苏州频道" in difang.run("channels", "show", "suzhou").stdout
        (run,) = difang.crawl("suzhou", "--limit", "5")
    assert (run["state"], run["queued"]) == ("finished", 1)
    assert article in difang.run("archive", "cat", "--headers", article).stdout
