"""Examples: any layout, any printed form of a field."""

from __future__ import annotations

from dataclasses import fields

import pytest

from difang.samplesite.plan import Layout
from difang.samplesite.variants import CREDITS, DATELINES, EDITORS, EDITORS_AT, RELATED, SOURCES, Variants
from tests.unit.samplesite.sites import site, text_of

SITE = site(channels=("sd",))


@pytest.mark.parametrize("layout", list(Layout))
def test_every_layout_has_an_example(layout: Layout) -> None:
    kind = "gallery" if layout in (Layout.PIC, Layout.PICG) else "article"
    example = SITE.example(generation=str(layout), kind=kind, encoding="gb18030", pages=2)
    assert example.truth["template"] == str(layout)
    assert [url for url, _ in example.pages] == example.truth["addresses"]
    assert len(example.pages) == 2
    assert example.truth["title"].replace(" ", "") in text_of(example.body, "gb18030")


@pytest.mark.parametrize(
    ("form", "line", "count"),
    [
        ("paren", "(责编：{0}、{1})", 2),
        ("full", "（责任编辑：{0}、{1}）", 2),
        ("bracket", "[责任编辑：{0}{1}]", 2),
        ("colon", "(责编:{0}、{1})", 2),
        ("padded", "(责编：{0}、{1})", 2),
        ("intern", "(责编：{0}（实习）、{1})", 2),
        ("comma", "(责编：{0}，{1}，{2})", 3),
        ("spaces", "（责编：{0}{1}{2}{3}）", 4),
        ("hollow", "(责编：)", 0),
    ],
)
@pytest.mark.parametrize("layout", ["A", "A′", "B", "C", "C′", "health"])
@pytest.mark.parametrize("place", ["block", "last"])
def test_editor_lines_are_printed_as_their_form_says(layout: str, form: str, line: str, count: int, place: str) -> None:
    example = SITE.example(generation=layout, editors=form, editors_at=place, editor_count=count or 1)
    assert len(example.truth["editors"]) == count
    assert line.format(*example.truth["editors"]) in text_of(example.body, "utf-8")


@pytest.mark.parametrize("form", ["empty", "absent"])
def test_no_editor_is_printed_where_there_is_none(form: str) -> None:
    example = SITE.example(editors=form)
    assert example.truth["editors"] == []
    assert "责编" not in text_of(example.body, "utf-8")


def test_forms_can_be_combined_and_only_change_what_they_name() -> None:
    plain = SITE.example(generation="C").truth
    padded = SITE.example(generation="C", credits="byline", reporters=2, padded=True, n=7).truth
    assert padded["byline"].startswith("本报记者 ")
    assert len(padded["reporters"]) == 2
    assert padded["body"] == plain["body"]
    assert plain["byline"] is None


def test_a_title_can_be_given() -> None:
    example = SITE.example(generation="B", title="甲--乙｜丙丨“丁” 戊", entities=True)
    assert example.truth["title"] == "甲--乙｜丙丨“丁” 戊"
    assert b"&nbsp;" in example.body
    assert "甲--乙｜丙丨“丁”戊--山东频道--人民网" in text_of(example.body, "utf-8")


def test_labels_can_disagree_with_the_bytes() -> None:
    example = SITE.example(encoding="utf-8", declared="header", bom=True)
    assert example.pages[0][1].header("Content-Type") == "text/html; charset=GB2312"
    assert example.body.startswith(b"\xef\xbb\xbf")
    assert b"charset=GB2312" in SITE.example(encoding="utf-8", declared="meta").body


def test_the_last_page_of_a_gallery_leads_to_another_article_by_script() -> None:
    for generation in ("pic", "picG"):
        example = SITE.example(generation=generation, kind="gallery", pages=3)
        bodies = [answer.body.decode() for _, answer in example.pages]
        assert ['id="next"' in body for body in bodies] == [True] * 3
        assert ["javascript:showAd" in body for body in bodies] == [False, False, True]
        assert len(example.truth["images"]) == 3


def test_unknown_layouts_and_forms_are_refused() -> None:
    with pytest.raises(ValueError, match="no layout"):
        SITE.example(generation="Z")
    with pytest.raises(TypeError):
        SITE.example(colour="red")


def test_the_site_uses_every_form_of_every_field() -> None:
    one = site(seed=3, channels=33, days=3, per_day=15, archive=30)
    drawn: dict[str, set[object]] = {field.name: set() for field in fields(Variants)}
    for channel in one.channels:
        for plan in one.edition.plans(channel):
            variants = one.edition.variants(plan)
            for name, values in drawn.items():
                values.add(getattr(variants, name))
    for name, forms in (
        ("editors", EDITORS),
        ("editors_at", EDITORS_AT),
        ("credits", CREDITS),
        ("source", SOURCES),
        ("dateline", DATELINES),
        ("related", RELATED),
    ):
        assert drawn[name] == {form for form, _ in forms}
