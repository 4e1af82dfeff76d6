"""Reporters and correspondents from author line, head and tail; photo credits are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.extract.credits import credits_in, credits_of
from difang.ingest.extract.trail import Trail

DONE = (
    *("整理", "编译", "摘编", "撰写", "撰文", "供稿", "改编", "编写", "文图", "参与采写", "执笔", "采访"),
    *("联合报道", "现场报道", "发回报道", "参与报道", "采访报道", "综合整理"),
)
OTHER_PARTS = ("、摄影", " 摄影", " 剪辑", " 编辑", "，海报制作")


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
        ("本报记者 郝成 北京报道", ("郝成",), ()),
        ("本报记者　郝成　北京、上海报道", ("郝成",), ()),
        ("本报记者 郝成 鹿台镇报道", ("郝成",), ()),
        ("本报记者 郝成 李强报道", ("郝成", "李强"), ()),
        ("本报记者 郝成 方 敏报道", ("郝成", "方敏"), ()),
        ("记者王五济南报道", ("王五",), ()),
        ("记者王小五石家庄电", ("王小五",), ()),
        ("记者 乌云其其格 报道", ("乌云其其格",), ()),
        ("记者 王五 发自济南", ("王五",), ()),
        ("记者 王五 自济南报道", ("王五",), ()),
        ("记者 王五 实习生 李四", ("王五",), ()),
        ("本报记者 王五 全媒体记者 李四", ("王五", "李四"), ()),
        ("大众日报记者 王五 齐鲁晚报·齐鲁壹点记者 李四", ("王五", "李四"), ()),
        ("记者 王五 编辑 李四", ("王五",), ()),
        ("记者：王五 责编：李四", ("王五",), ()),
        ("记者 王五 通讯员 赵六 视频 李四", ("王五",), ("赵六",)),
        ("记者王五 李四等", ("王五", "李四"), ()),
        ("文/本报记者 王五 图/本报记者 李四", ("王五",), ()),
        ("本报记者 王五 摄影记者 李四", ("王五",), ()),
        ("本报记者 王五 文 李四 摄", ("王五",), ()),
        ("本报记者 王五/文 李四/图", ("王五",), ()),
        ("本报记者 王五 文/摄", ("王五",), ()),
        ("本报记者 王五 李四 摄影报道", ("王五", "李四"), ()),
        ("作者：本报记者 王五", ("王五",), ()),
        ("视觉中国供图 记者王五", ("王五",), ()),
        ("本报记者 王五（实习）", ("王五",), ()),
        ("记者古丽娜尔", ("古丽娜尔",), ()),
        ("记者旦增", ("旦增",), ()),
        ("红星新闻记者丨王五", ("王五",), ()),
        ("红星新闻记者｜王五", ("王五",), ()),
        ("记者丨王五 编辑丨李四", ("王五",), ()),
        ("执笔记者：王五；参与记者：李四", ("王五", "李四"), ()),
        ("记者 王五 半月谈记者 李四", ("王五", "李四"), ()),
        ("本报记者 王五 李四 综合新华社电", ("王五", "李四"), ()),
        ("文/图 羊城晚报全媒体记者 王五", ("王五",), ()),
        ("图/文 南方日报记者 王五", ("王五",), ()),
        ("文、图/广州日报全媒体记者 王五 通讯员 李四", ("王五",), ("李四",)),
        ("文/图：广州日报全媒体记者 王五", ("王五",), ()),
        ("图文：大河报记者 王五", ("王五",), ()),
        ("图文/记者 王五", ("王五",), ()),
        ("本报记者 王五 文并摄", ("王五",), ()),
        ("图/记者 王五 文/记者 李四", ("李四",), ()),
        ("执笔：本报记者 王五", ("王五",), ()),
        ("【记者】王五 【通讯员】李四", ("王五",), ("李四",)),
        ("潮新闻客户端 记者 王五 通讯员 李四", ("王五",), ("李四",)),
        ("人民网 记者 王五", ("王五",), ()),
        ("来源：大众日报 记者 王五", ("王五",), ()),
        ("实习生 李四 记者 王五", ("王五",), ()),
        ("记者 王五 报道员 李四", ("王五",), ()),
        ("记者 王五 李四 参与采写：赵六", ("王五", "李四"), ()),
        ("记者王五采访整理", ("王五",), ()),
        ("人民网记者 乔 业琼", ("乔业琼",), ()),
        *((f"记者张伟{done}", ("张伟",), ()) for done in DONE),
        *((f"本报记者 张 伟、李强{done}", ("张伟", "李强"), ()) for done in DONE),
        ("记者张伟 李强参与报道", ("张伟", "李强"), ()),
        ("记者张伟从济南发回报道", ("张伟",), ()),
        ("通讯员李强供稿", (), ("李强",)),
        *((f"记者张伟{parted}李强", ("张伟",), ()) for parted in OTHER_PARTS),
        ("记者张伟文，李强图", ("张伟",), ()),
        ("记者王文图", ("王文图",), ()),
        ("记者 张伟 李整理", ("张伟", "李整理"), ()),
    ],
)
def test_a_credit_names_people(text: str, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> None:
    """In printed order, padding removed."""
    named = credits_in(text)
    assert named is not None
    assert (named.reporters, named.correspondents) == (reporters, correspondents)


@pytest.mark.parametrize(
    "text",
    [
        "王芳 摄",
        "本报记者 王芳摄",
        "记者从省农业厅获悉",
        "记者手记",
        "记者王芳 李强 摄",
        "王芳",
        "",
        "记者",
        "图片由本报记者王五提供",
        "图/本报记者 王五",
        "本报摄影记者 王五",
        "记者感言",
        "记者点评",
        "记者链接",
        "记者走访发现",
        "记者：谢谢",
        "记者：你好",
        "记者之家",
        "记者现场直击",
        "记者关注",
        "通讯员培训班",
        "多名记者王五",
        "记者王五聊镇报道",
        "本报记者 综合",
        "□记者 大众 报道",
        "记者了解到",
        "本报记者 集体采写",
        "记者精心整理",
        "记者帮办",
        "本报记者 李强 温馨",
        "记者现场报道",
        "记者高温采访",
        "记者深入采访",
    ],
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


def test_a_bracket_with_an_intern_mark_in_it_is_read() -> None:
    assert credits_of(None, ["今天降雪。（本报记者 王五（实习））"], Trail()).reporters == ("王五",)


@pytest.mark.parametrize("byline", ["（重庆日报记者 王五）", "本报讯（记者 王五）"])
def test_an_author_line_in_brackets_is_read_as_one_in_the_body(byline: str) -> None:
    assert credits_of(byline, [], Trail()).reporters == ("王五",)


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        *(
            (f"本报记者 李强 {word}", ("李强", word))
            for word in ("温馨", "高见", "成长", "安全", "计划", "毕业", "单独", "党员", "商量", "习惯", "计时", "关注")
        ),
        ("本报记者 李强 连线", ("李强",)),
        ("本报记者 李强 手记", ("李强",)),
        ("本报记者 手记", ()),
        ("记者帮办", ()),
        *((f"本报记者 {word}", (word,)) for word in ("温馨", "高见", "安全", "单独")),
        ("本报记者：温馨", ("温馨",)),
        ("本报记者 温馨 高见", ("温馨", "高见")),
        *((f"本报记者 {word}", ()) for word in ("关注", "查访", "连线", "时评", "调查", "观察")),
        ("记者温馨提示", ()),
        ("本报记者 温馨提示", ()),
    ],
)
def test_in_an_author_line_a_word_beside_a_name_may_be_one(byline: str, names: tuple[str, ...]) -> None:
    """Where it begins with a surname; no other word takes the clear name away."""
    assert credits_of(byline, [], Trail()).reporters == names


@given(st.text(max_size=120), st.lists(st.text(max_size=120), max_size=6))
def test_no_text_breaks_the_credits(byline: str, lines: list[str]) -> None:
    """Whatever is printed."""
    credits_of(byline, lines, Trail())


@pytest.mark.parametrize(
    ("bracket", "reporters", "correspondents"),
    [
        ("（霍亚平 张伟）", ("霍亚平", "张伟"), ()),
        (" （王伟）", ("王伟",), ()),
        ("（次仁罗布、旦增）", ("次仁罗布", "旦增"), ()),
        ("（张伟、通讯员李强）", ("张伟",), ("李强",)),
        *((f"（{words}）", (), ()) for words in ("综合", "受权发布", "国际观察", "图文、视频", "王伟 摄", "高温")),
    ],
)
def test_names_alone_behind_a_dateline_are_the_reporters(
    bracket: str, reporters: tuple[str, ...], correspondents: tuple[str, ...]
) -> None:
    """A word that tells of the piece is no name; elsewhere a bracket of names is none of reporters."""
    for dateline in ("人民网洛阳2月12日电", "本报洛阳2月12日讯"):
        named = credits_of(None, [f"{dateline}{bracket}今年种下三千亩谷子。"], Trail())
        assert (named.reporters, named.correspondents) == (reporters, correspondents)
    assert credits_of(None, [f"获奖的是他们{bracket}。"], Trail()).reporters == ()
