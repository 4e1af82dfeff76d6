"""Which kind of article a page is: what belongs to it decides, not what stands around it."""

from __future__ import annotations

import pytest

from difang.ingest.article import Kind
from tests.unit.extract.layouts import FIRST, LAYOUTS, SECOND, layout_c, read

BODY = f"<p>{FIRST}</p><p>{SECOND}</p>"
ITEMS = "<ul><li><a href='/a'>甲县的谷子</a></li></ul>"
PLAYER = "<script>showPlayer({id: 'v', src: '/1.mp4'});</script>"


@pytest.mark.parametrize(
    "after",
    [
        f"<div class='fr'><h5>专题报道</h5>{ITEMS}</div>",
        f"<div class='rm_relevant'><h5>相关专题报道</h5>{ITEMS}</div>",
        f"<div class='topic_list'><h5>相关新闻</h5>{ITEMS}</div>",
        "<script>function play(){ showPlayer({id: 1}) }</script>",
        "<div><video src='/adv/1.mp4'></video></div>",
    ],
)
def test_boxes_beside_an_article_do_not_make_its_kind(after: str) -> None:
    """A heading of reports, a function that could play something, an advertisement."""
    inside = layout_c(BODY).replace("</div></div></body>", f"</div>{after}</div></body>")
    outside = layout_c(BODY).replace("</body>", f"{after}</body>")
    for html in (inside, outside):
        assert read(html).article.kind is Kind.ARTICLE


def test_the_list_of_a_special_and_a_player_of_the_article_do() -> None:
    """The player stands in the text or right above it."""
    topics = f"<div class='topic_list cf'><h5>专题报道</h5>{ITEMS}</div></body>"
    assert read(layout_c(BODY).replace("</body>", topics)).article.kind is Kind.SPECIAL
    assert read(layout_c(f"<div class='box_pic'>{PLAYER}</div>{BODY}")).article.kind is Kind.VIDEO
    above = LAYOUTS["A′"].replace('<div class="show_text">', f'<div id="v"></div>{PLAYER}<div class="show_text">')
    assert read(above).article.kind is Kind.VIDEO
