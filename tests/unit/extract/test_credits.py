"""Reporters and correspondents from author line, head and tail; photo credits are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.extract.credits import credits_in, credits_of
from difang.ingest.extract.trail import Trail


@pytest.mark.parametrize(
    ("text", "reporters", "correspondents"),
    [
        ("本报记者 王乐文 方 敏", ("王乐文", "方敏"), ()),
        ("记者钱伟", ("钱伟",), ()),
        ("□ 本报记者 葛灵丹", ("葛灵丹",), ()),
        ("人民网记者 王芳 通讯员 李强、赵丽", ("王芳",), ("李强", "赵丽")),
        ("本报记者：王芳", ("王芳",), ()),
        ("记者 王 芳 李 强 通讯员 钱 进", ("王芳", "李强"), ("钱进",)),
        ("通讯员 李强", (), ("李强",)),
        ("记者王芳报道", ("王芳",), ()),
        ("记者 莫书 吕文", ("莫书", "吕文"), ()),
        ("记者 王芳 文", ("王芳",), ()),
        ("齐鲁晚报记者 王芳", ("王芳",), ()),
        ("实习记者 王芳", ("王芳",), ()),
    ],
)
def test_a_credit_names_people(text: str, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> None:
    """In printed order, padding removed."""
    named = credits_in(text)
    assert named is not None
    assert (named.reporters, named.correspondents) == (reporters, correspondents)


@pytest.mark.parametrize(
    "text", ["王芳 摄", "本报记者 王芳摄", "记者从省农业厅获悉", "记者手记", "记者王芳 李强 摄", "王芳", "", "记者"]
)
def test_a_photo_credit_or_a_sentence_names_nobody(text: str) -> None:
    """Also where it begins with 记者."""
    assert credits_in(text) is None


def test_head_and_tail_of_the_body_are_read_and_its_middle_is_not() -> None:
    """A bracket in the middle of the text is part of a sentence."""
    body = [
        "人民网济南2月6日电 （记者钱伟）今天降雪。",
        "中间一段（记者孙明）写的是别的事。",
        *["正文。"] * 12,
        "雪停了。（记者 李强）",
    ]
    body.insert(6, "他说（记者周平）也在场。")
    assert credits_of(None, body, Trail()).reporters == ("钱伟", "孙明", "李强")


@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=6))
def test_no_text_breaks_the_credits(byline: str, lines: list[str]) -> None:
    """Whatever is printed."""
    credits_of(byline, lines, Trail())
