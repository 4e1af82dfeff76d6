"""Where images stand between the paragraphs, on one page and on several."""

from __future__ import annotations

from difang.ingest.extract import extract, join
from difang.ingest.extract.places import image_places
from difang.ingest.extract.result import PageReading
from tests.unit.extract.layouts import layout_c
from tests.unit.extract.pages import HOSTS, page

STEM = "http://sd.people.com.cn/n2/2024/0510/c166192-40840001"
OF = "http://sd.people.com.cn/NMediaFile/2024/0510/LOCAL{}.jpg"


def picture(name: str) -> str:
    return f'<p style="text-align:center"><img src="/NMediaFile/2024/0510/LOCAL{name}.jpg"></p>'


def reading(number: int, body: str) -> PageReading:
    other = f'<div class="zdfy"><a href="/n2/2024/0510/c166192-40840001-{3 - number}.html">【{3 - number}】</a></div>'
    read = extract(page(layout_c(body + other), f"{STEM}.html" if number == 1 else f"{STEM}-2.html"), HOSTS)
    assert isinstance(read, PageReading)
    return read


FIRST = reading(
    1,
    f"{picture('a')}<p style='text-align:center'>图为海岱市新修的堤坝。</p><p>第一段说的是堤坝，一共修了三年。</p>"
    f"{picture('b')}<p>第二段说的是水库，今年蓄水比往年早。</p>"
    f"<p>第三段说的是<img src='/NMediaFile/2024/0510/LOCALc.jpg'>闸门。</p>",
)
SECOND = reading(2, f"<p>第四段说的是渔船，渔船都回了港。</p>{picture('b')}{picture('d')}")


def test_each_image_knows_how_many_paragraphs_stand_before_it() -> None:
    """A caption is no paragraph; an image within a paragraph stands before it."""
    assert FIRST.article.body.count("\n") == 2
    assert image_places([FIRST]) == {OF.format("a"): 0, OF.format("b"): 1, OF.format("c"): 2}


def test_on_a_later_page_the_paragraphs_before_it_count_and_a_repeated_image_stands_where_it_came_first() -> None:
    places = image_places([SECOND, FIRST])
    assert places == {OF.format("a"): 0, OF.format("b"): 1, OF.format("c"): 2, OF.format("d"): 4}
    assert places.keys() == {image.url for image in join([FIRST, SECOND]).images}
