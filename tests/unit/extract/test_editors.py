"""Editor lines in every printed form, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.extract.editors import editor_line, editor_line_behind, editor_line_within, editor_tail
from difang.ingest.extract.lines import Line
from difang.ingest.extract.names import names_in
from difang.ingest.extract.prose import prose_of

FORMS = [
    ("(责编：王芳、李建国)", ("王芳", "李建国")),
    ("（责任编辑：王芳）", ("王芳",)),
    ("[责任编辑：王 芳 李 强]", ("王芳", "李强")),
    ("【责任编辑：王芳 李强】", ("王芳", "李强")),
    ("(责编:王芳、李强)", ("王芳", "李强")),
    ("责编：王芳", ("王芳",)),
    ("（责编：王芳，李强，赵丽娜）", ("王芳", "李强", "赵丽娜")),
    ("(责编：王芳（实习）、李强)", ("王芳", "李强")),
    ("(责编：李强、王芳（实习生）)", ("李强", "王芳")),
    ("(责编：李强、实习生王芳)", ("李强", "王芳")),
    ("(责编：古丽·买买提、李强)", ("古丽·买买提", "李强")),
    ("(责编：乌云其其格、李强)", ("乌云其其格", "李强")),
    ("（ 责编 ： 王芳 ）", ("王芳",)),
    ("(責編：王芳、李強)", ("王芳", "李強")),
    ("(责编：王芳、王芳)", ("王芳",)),
    ("(责编：)", ()),
    ("（责编：王芳 实习生 李明）", ("王芳", "李明")),
    ("(责编：王芳、李明【实习】)", ("王芳", "李明")),
    ("（责编：王芳　实习：李明）", ("王芳", "李明")),
    ("(责编：王 小 明)", ("王小明",)),
    ("(责编：乌 兰、欧阳 娜)", ("乌兰", "欧阳娜")),
    ("（责任编辑 王芳）", ("王芳",)),
    ("(责编：王芳、李强) 我要纠错", ("王芳", "李强")),
    ("(责编：见习编辑 王芳)", ("王芳",)),
    ("(责编：王芳［实习］)", ("王芳",)),
    ("（实习编辑：王芳、责编：李强）", ("王芳", "李强")),
    ("（实习编辑：王芳；责任编辑：李强、孙明）", ("王芳", "李强", "孙明")),
    ("实习编辑：王芳 责任编辑：李强", ("王芳", "李强")),
    ("（见习编辑 王芳 责编：李强） 我要纠错", ("王芳", "李强")),
    ("责编：王芳 实习编辑：李强", ("王芳", "李强")),
    ("(责编：王芳（山东频道）、李强)", ("王芳", "李强")),
    ("［责任编辑：王芳］", ("王芳",)),
    ("(责编：慕容 雪村)", ("慕容雪村",)),
    ("(责编：尹 星云、樊 海旭)", ("尹星云", "樊海旭")),
    ("(责编丨王芳、李强)", ("王芳", "李强")),
    ("责编丨王芳", ("王芳",)),
    ("(责编：丨王芳)", ("王芳",)),
    ("责任编辑：王芳 审核：李强", ("王芳",)),
    ("(责编：王芳 校对：李强)", ("王芳",)),
    ("责任编辑：王芳、李强。", ("王芳", "李强")),
    ("（责编：王芳。）", ("王芳",)),
    ("责编：王芳、李强 我要纠错", ("王芳", "李强")),
    ("责编：王芳、李强我要纠错", ("王芳", "李强")),
    ("责编：王芳 李强 [我要纠错] 打印", ("王芳", "李强")),
]


@pytest.mark.parametrize(("line", "names"), FORMS, ids=[line for line, _ in FORMS])
def test_a_printed_form_gives_its_names(line: str, names: tuple[str, ...]) -> None:
    """Each once, in printed order, without padding and intern marks."""
    read = editor_line(line)
    assert read is not None
    assert read.names == names


@pytest.mark.parametrize(
    "text",
    [
        "责编的工作是把好最后一道关。",
        "当班责编：先核对数据，再核对人名，最后才轮到标题，这是多年的规矩。",
        "他做过五年责任编辑，后来当了记者。",
        "本报记者 王芳",
        "责编：你好",
        "责编：好的，谢谢",
        "责编：这本书写了几年",
        "责编手记",
        "[责编手记]",
        "（责任编辑部供图）",
        "（责编张三手记）",
        "责编丨读后感",
        "责编：高温来袭。",
        "责编：王芳说。",
    ],
)
def test_the_word_in_running_text_is_no_editor_line(text: str) -> None:
    """The line must be an editor line as a whole."""
    assert editor_line(text) is None


@pytest.mark.parametrize(
    "line",
    [
        "(责编：王芳 电话010)",
        "(责编：编辑 王芳)",
        "(责编：王芳 编辑：李强)",
        "(责编：欧阳 王芳)",
        "(责编：王 李强)",
        "(责编：王芳、李强)(责编：赵丽娜)",
        "(责编：王芳 责任编辑：李强)",
    ],
)
def test_a_line_of_unknown_shape_is_known_to_be_unread(line: str) -> None:
    """Absent is not unreadable, and where two readings are possible none is taken."""
    read = editor_line(line)
    assert read is not None
    assert read.names is None


@pytest.mark.parametrize(
    ("text", "rest", "names"),
    [
        ("收成好于去年。责编：王芳、李强", "收成好于去年。", ("王芳", "李强")),
        ("收成好于去年。（责编：王芳、李强", "收成好于去年。", ("王芳", "李强")),
        ("收成好于去年。(责编：王芳、李强) 我要纠错", "收成好于去年。", ("王芳", "李强")),
        ("收成好于去年。（责任编辑 王芳）", "收成好于去年。", ("王芳",)),
        ("收成好于去年。责任编辑：王芳 审核：李强", "收成好于去年。", ("王芳",)),
        ("来源：新华日报 责任编辑：王芳", "来源：新华日报", ("王芳",)),
        ("（新华日报记者 李强 责编：王芳）", "（新华日报记者 李强）", ("王芳",)),
        ("收成好于去年。（记者李强，责编：王芳）", "收成好于去年。（记者李强）", ("王芳",)),
    ],
)
def test_a_line_at_the_end_of_a_paragraph_may_lack_brackets_and_have_a_button(
    text: str, rest: str, names: tuple[str, ...]
) -> None:
    read = editor_tail(text)
    assert read is not None
    assert (read[0], read[1].names) == (rest, names)


@pytest.mark.parametrize(
    "text",
    [
        "收成好于去年。责编：张三说",
        "收成好于去年。责编：先核对数据",
        "小说《兄弟》（责任编辑：李四）出版。",
        "收成好于去年，责编：王芳",
        "来源：新华日报 责任编辑：你好",
        "（记者问 责编：王芳答）",
    ],
)
def test_a_tail_that_may_be_a_sentence_stays(text: str) -> None:
    """Without a bracket only people tell an editor line from what an editor says."""
    assert editor_tail(text) is None


def test_an_editor_line_behind_the_source_is_read() -> None:
    read = editor_line_behind("2026年1月2日07:48 | 来源：大众日报 责任编辑：王芳")
    assert read is not None
    assert read.names == ("王芳",)
    assert editor_line_behind("2026年1月2日07:48 | 来源：大众日报") is None


BOOK = ["书名：《兄弟》", "责任编辑：李四五", "出版社：人民文学出版社"]


@pytest.mark.parametrize(
    ("lines", "names", "body"),
    [
        (["正文很长。", "责任编辑：王芳"], ("王芳",), ["正文很长。"]),
        (["正文很长。", *BOOK, "还有正文。"], None, ["正文很长。", *BOOK, "还有正文。"]),
        (["正文很长。", *BOOK], None, ["正文很长。", *BOOK]),
        (["正文很长。", *BOOK, "（责编：王芳）"], ("王芳",), ["正文很长。", *BOOK]),
        (["正文很长。", "（责编：王芳）", "来源：大众日报"], ("王芳",), ["正文很长。", "来源：大众日报"]),
        (
            ["正文很长。", "（责编：王芳）", "声明：转载不代表本网观点。"],
            ("王芳",),
            ["正文很长。", "声明：转载不代表本网观点。"],
        ),
        (["正文很长。", "（责编：王芳）", "另一篇正文。"], None, ["正文很长。", "（责编：王芳）", "另一篇正文。"]),
        (["正文很长。", "责编：王芳", "相关新闻：", "别的标题"], ("王芳",), ["正文很长。", "相关新闻：", "别的标题"]),
        (["正文很长。", "责编：王芳", "《人民日报》（2024年05月10日 04版）"], ("王芳",), ["正文很长。"]),
        (["正文很长。", "责编：王芳、李强", "来源：大众日报"], ("王芳", "李强"), ["正文很长。", "来源：大众日报"]),
        (["正文很长。", "来源：大众日报 责编：王芳"], ("王芳",), ["正文很长。", "来源：大众日报"]),
        (["正文很长。", "责任编辑：王芳。"], ("王芳",), ["正文很长。"]),
        (["正文很长。(责编：王芳)(责编：李强)"], None, ["正文很长。"]),
    ],
)
def test_only_what_ends_the_text_is_its_editor_line(
    lines: list[str], names: tuple[str, ...] | None, body: list[str]
) -> None:
    """A book's particulars in the middle of a text are text."""
    prose = prose_of([Line(words) for words in lines])
    assert (prose.editors.names if prose.editors else None) == names
    assert prose.body == body


def test_a_line_at_the_end_of_a_paragraph_is_cut_off() -> None:
    """Some pages print it there."""
    assert editor_tail("收成好于去年。（责编：王芳、李强）") is not None
    rest, read = editor_tail("收成好于去年。（责编：王芳、李强）") or ("", None)
    assert rest == "收成好于去年。"
    assert read is not None
    assert read.names == ("王芳", "李强")


def test_a_line_a_sentence_runs_into_is_part_of_the_sentence() -> None:
    """What stands before a line of the article's own is finished."""
    assert editor_tail("版权页上印着（责编：张三）") is None
    assert editor_tail("收成好于去年。 （责编：王芳）") is not None


def test_an_editor_block_may_hold_more_than_the_line() -> None:
    """A link beside it is no name."""
    read = editor_line_within("(责编：王芳、李强) 我要纠错")
    assert read is not None
    assert read.names == ("王芳", "李强")


HAN = st.characters(
    min_codepoint=0x4E00,
    max_codepoint=0x9FA5,
    exclude_characters="丨責編通讯訊员員从在的了是向对到被责编辑实习生见记者你您我他她它吗呢吧啊嘛么这哪谁几怎什請请",
)
NAMES = st.lists(st.text(HAN, min_size=2, max_size=4), min_size=1, max_size=6, unique=True)
FRAMES = st.sampled_from(["(责编：{})", "（责任编辑：{}）", "[责任编辑：{}]", "(责编:{})", "责编：{}"])


@given(names=NAMES, frame=FRAMES, joiner=st.sampled_from(["、", "，", " ", ";", "　"]), padded=st.booleans())
def test_any_list_of_names_comes_back(names: list[str], frame: str, joiner: str, padded: bool) -> None:
    """Whatever joins them, padded or not."""
    printed = [f"{name[0]} {name[1]}" if padded and len(name) == 2 else name for name in names]
    read = editor_line(frame.format(joiner.join(printed)))
    assert read is not None
    assert read.names == tuple(names)


@given(st.text(max_size=200))
def test_no_text_breaks_the_parsers(text: str) -> None:
    """Neither as a line, nor as a list of names."""
    editor_line(text)
    editor_tail(text)
    editor_line_within(text)
    names_in(text)
