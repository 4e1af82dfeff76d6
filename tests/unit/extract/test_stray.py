"""Editor lines that stand outside the body and outside any editor block: the article's own and other people's."""

# ruff: noqa: E501 - pages are easier to read unbroken

from __future__ import annotations

import pytest

from tests.unit.extract.layouts import EDITORS, FIRST, LAYOUTS, SECOND, layout_c, read

BODY = f"<p>{FIRST}</p><p>{SECOND}</p>"
OTHERS = {
    "a comment": "<div class='comments'><p>写得真好</p><p>（责编：别人）</p></div>",
    "a comment without a class": "<div><p>网友评论</p><p>（责编：别人）</p></div>",
    "the foot": "<div><p>频道责任编辑：赵四 电话：0531-1</p></div><div class='foot'><p>责任编辑：赵四</p></div>",
    "behind a related link": "<div><h5>相关新闻</h5><ul><li><a href='/b'>乙县的谷子</a>（责编：别人）</li></ul></div>",
    "below related links": "<ul><li><a href='/b'>乙县的谷子也丰收了</a></li></ul><p>（责编：别人）</p>",
    "below another paragraph": f"<div><p>{SECOND * 2}</p><p>（责编：别人）</p></div>",
}


def with_after(after: str, editors: str) -> str:
    return layout_c(BODY, editors=editors).replace("</div></div></body>", f"</div>{after}</div></body>")


@pytest.mark.parametrize("editors", ["<div class='edit cf'></div>", ""], ids=["empty block", "no block"])
@pytest.mark.parametrize("place", OTHERS)
def test_a_line_of_somebody_elses_names_no_editor(place: str, editors: str) -> None:
    """Whether the article's own block is empty, which is legal, or missing."""
    article = read(with_after(OTHERS[place], editors)).article
    assert (article.editors, article.warnings) == ((), ("no_editor_line",))


@pytest.mark.parametrize(
    "after",
    [
        "<p>（责编：王芳、李强）</p>",
        "<p>分享到：</p><div><a href='/e'>我要纠错</a></div><div><span>（责编：</span>王芳、李强）</div>",
        "（责编：王芳、李强）<ul><li><a href='/b'>乙县的谷子</a></li></ul>",
    ],
)
def test_a_line_right_below_the_body_is_the_articles_own(after: str) -> None:
    """Whether the layout's block is missing or empty."""
    assert read(with_after(after, "")).article.editors == ("王芳", "李强")
    assert read(with_after(after, "<div class='edit cf'></div>")).article.editors == ("王芳", "李强")


def test_so_is_one_right_below_the_body_in_a_layout_whose_head_does_not_hold_it() -> None:
    """Layout B, whose column has no name of its own; what stands behind other words is anybody's."""
    empty = LAYOUTS["B"].replace(EDITORS, "")
    for after, names in (("<p>（责编：王芳）</p>", ("王芳",)), ("<p>又一段</p><p>（责编：别人）</p>", ())):
        article = read(empty.replace("</body>", f"{after}</body>")).article
        assert (article.template, article.editors) == ("B", names)


@pytest.mark.parametrize("after", ["<p>又一段</p><p>（责编：别人）</p>", "</div><p>（责编：别人）</p>"])
def test_beside_an_empty_block_only_the_very_next_words_count(after: str) -> None:
    """What stands behind other words or outside the column may be anybody's."""
    article = read(with_after(after, "<div class='edit cf'></div>")).article
    assert (article.editors, article.warnings) == ((), ("no_editor_line",))


def test_a_line_above_the_body_is_the_articles_own() -> None:
    html = layout_c(BODY, editors="").replace('<div class="rm_txt_con', '<p>责编：王芳</p><div class="rm_txt_con')
    assert read(html).article.editors == ("王芳",)


def test_a_line_behind_the_source_is_the_articles_own() -> None:
    html = layout_c(BODY, editors="").replace("鹿台日报</a>", "鹿台日报</a> 责任编辑：王芳")
    article = read(html).article
    assert (article.source, article.editors, article.warnings) == ("鹿台日报", ("王芳",), ())


def test_in_an_unknown_layout_the_column_may_go_on_around_related_news() -> None:
    html = (
        f"<html><body><h1>谷子长势好</h1><div>2024年05月10日06:58 来源：鹿台日报</div><div class='x1'><div class='x2'><div>{BODY}</div>"
        "<h5>相关新闻</h5><ul><li><a href='/b'>乙县的谷子也丰收了</a></li></ul></div><div>（责编：王芳、李强）</div></div></body></html>"
    )
    assert read(html).article.editors == ("王芳", "李强")
