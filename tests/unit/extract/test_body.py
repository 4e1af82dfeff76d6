"""What of a container in disorder is body, and what stands in and around it: captions, tables, editor lines, links."""

# ruff: noqa: E501 - pages are easier to read unbroken

from __future__ import annotations

import pytest

from difang.ingest.article import Image, PrintEdition
from tests.unit.extract.layouts import FIRST, SECOND, layout_c, read

HEADINGS = (
    *("新闻链接：", "【编辑推荐】", "推荐新闻", "相关评论", "相关视频"),
    *(">>>相关新闻", "＞＞相关新闻", "更多报道：", "阅读更多：", "猜你喜欢"),
)


HEADED = ("相关链接：", "相关新闻：", "【相关链接】", "延伸阅读 ", "相关报道：<a href='/b'>乙新闻</a> ")


ABOUT_SHARING = (
    *("扫一扫二维码即可报名。", "微信扫一扫，付款更方便", "分享到朋友圈的都是好消息。", "扫一扫就能查到粮食产地。"),
    *("关注公众号：“江苏发布”，可在线预约挂号。", "分享到了改革发展的红利。", "分享到了改革的红利"),
    *(
        "扫码关注健康",
        "扫描二维码下载答题卡",
        "客户端下载量破亿",
        "打印机",
        "扫码关注人民网，领取奖品。",
        "提供新闻线索的人",
    ),
)


SHARE_LINES = (
    *("分享到：", "分享到：微信 朋友圈 新浪微博", "分享到朋友圈。", "关注公众号：江苏发布", "扫一扫", "微信扫一扫"),
    *("扫一扫二维码", "微信扫一扫，分享到朋友圈", "扫一扫，用手机看新闻"),
    *("扫码关注人民网江苏", "长按二维码关注我们", "扫描二维码，关注人民网江苏微信", "扫描二维码下载人民日报客户端"),
    *("欢迎关注人民网江苏频道官方微信", "微信扫一扫<br>提供新闻线索", "打印 纠错 留言", "我要评论", "客户端下载"),
    *("24小时热门新闻", "点击进入专题", "版权所有", "人 民 网 版 权 所 有 ，未 经 书 面 授 权 禁 止 使 用"),
)


LINKED_TEXT = (
    *("1.江苏省名单.doc", "名单.xls", "1.通知.PDF", "http://bm.example/a", "他说：“我们一定努力！”", "他说：“来吧。”"),
    *("真好。明年再来！", "（记者张伟）", "（本报记者 张伟 通讯员 李强）"),
)


LINKS = "<a href='/a'>甲县名单</a><br><a href='/b'>乙县名单</a>"


@pytest.mark.parametrize(
    ("inner", "body"),
    [
        ("　　一段。<br><br>　　二段。<br>", "一段。\n二段。"),
        ("裸文字。<p>段落。</p>尾巴。", "裸文字。\n段落。\n尾巴。"),
        ("<p>甲<span style='color:red'>乙</span><strong>丙</strong>丁。</p>", "甲乙丙丁。"),
        ("<div><div><p>嵌套<p>两段。</p></p></div></div>", "嵌套\n两段。"),
        ("<p>&nbsp;&nbsp;&nbsp;　缩进。</p><p>　</p><p><br/></p>", "缩进。"),
        ("<p>一段。</p><!-- 注释 --><script>var a='段';</script><style>p{}</style><p>二段。</p>", "一段。\n二段。"),
        ("<h2>小标题</h2><p>正文。</p><h3>又一个</h3>", "小标题\n正文。\n又一个"),
        ("<ul><li>第一条</li><li>第二条</li></ul>", "第一条\n第二条"),
        ("<table><tr><th>县</th><th>亩</th></tr><tr><td>鹿台</td><td>3000</td></tr></table>", "县 亩\n鹿台 3000"),
        ("<table><tr><td><p>表里一段。</p><p>表里两段。</p></td></tr></table>", "表里一段。\n表里两段。"),
        ("<p>点评：</p><p>甲。</p><p>点评：</p><p>乙。</p>", "点评：\n甲。\n点评：\n乙。"),
        ("<p>QQ</p><p>微信</p><p>打印了三份。</p>", "QQ\n微信\n打印了三份。"),
        ("<p>见<a href='http://x.example/'>公告全文</a>第三条。</p>", "见公告全文第三条。"),
        ("<p>正文。</p><p>2019</p>", "正文。\n2019"),
        ("<p>原标题：老标题</p><p>正文。</p>", "正文。"),
        ("<p>正文。</p><p>相关新闻：</p><p><a href='/a'>甲新闻</a></p><p><a href='/b'>乙新闻</a></p>", "正文。"),
        ("<p>相关新闻报道了此事。</p><p>正文。</p>", "相关新闻报道了此事。\n正文。"),
        ("<p><a href='/GB/1/index.html'>点击进入专题&gt;&gt;</a></p><p>正文。</p>", "正文。"),
        ("<p>正文。</p><div class='zdfy'><a href='/x-2.html'>【2】</a></div><a href='/x'>下一页</a>", "正文。"),
        ("<p>正文。</p><div style='display:none'>看不见的话。</div>", "正文。"),
        (
            "<p>当班责编：先核数字，再核人名，这是多年来的规矩。</p><p>正文。</p>",
            "当班责编：先核数字，再核人名，这是多年来的规矩。\n正文。",
        ),
        ("<p>正文。</p><p>□ 本报记者 葛灵丹</p>", "正文。\n□ 本报记者 葛灵丹"),
        ("<center><p>居中一段。</p></center>", "居中一段。"),
        ("<p>一段<p>没有收尾<p>三段", "一段\n没有收尾\n三段"),
        ("<p>正文。</p><p hidden>看不见的话。</p>", "正文。"),
        ("<p>正文。</p><p>责编：你好</p><p>[责编手记]</p>", "正文。\n责编：你好\n[责编手记]"),
        ("<p>正文。</p><p>版权页上印着（责编：张三）</p>", "正文。\n版权页上印着（责编：张三）"),
        ("<p>正文。</p><p>（责编：王芳、<br>李明）</p>", "正文。"),
        (
            "<p>正文。</p><p>相关新闻</p><ul><li><a href='/a'>甲</a> (11/09 10:22)</li><li>·<a href='/b'>乙</a> 2009-11-08</li></ul>",
            "正文。",
        ),
        (
            "<p>正文。</p><p>更多相关新闻：</p><p>1、<a href='/a'>甲</a></p><p>2.<a href='/b'>乙</a>（人民网）</p>",
            "正文。",
        ),
        ("<p>正文。</p><p>相关新闻</p><p><a href='/a'>甲新闻</a></p><p>（完）</p>", "正文。\n（完）"),
        *((f"<p>正文。</p><p>{heading}</p><p><a href='/a'>甲新闻</a></p>", "正文。") for heading in HEADINGS),
        *((f"<p>正文。</p><p>{heading}<a href='/a'>甲新闻</a></p>", "正文。") for heading in HEADED),
        *(
            (f"<p>正文。</p><p>{heading}<a href='/a'>甲新闻</a></p><p>丁</p>", f"正文。\n{heading}甲新闻\n丁")
            for heading in HEADED[:1]
        ),
        ("<p>正文。</p><p>相关新闻见<a href='/a'>甲网</a></p>", "正文。\n相关新闻见甲网"),
        ("<p>正文。</p><p>1、<a href='/a'>甲县公告</a></p>", "正文。\n1、甲县公告"),
        ("<p>正文。</p><p><a href='/a'>附件1：返校通知全文</a></p>", "正文。\n附件1：返校通知全文"),
        (
            "<p>正文。</p><p><a href='/a'>附件1：名单</a></p><p>相关新闻</p><p><a href='/b'>乙</a></p>",
            "正文。\n附件1：名单",
        ),
        *((f"<p>正文。</p><p><a href='/a'>{line}</a></p>", f"正文。\n{line}") for line in LINKED_TEXT),
        (f"<p>正文。</p><p>附件：</p><p>{LINKS}</p>", "正文。\n附件：\n甲县名单\n乙县名单"),
        ("<p>正文。</p><p>报名网址：</p><p><a href='/a'>报名系统</a></p>", "正文。\n报名网址：\n报名系统"),
        (f"<p>正文。</p><p>相关链接：</p><p>{LINKS}</p>", "正文。"),
        ("<p>正文。</p><p><a href='/a'>谁来管管乙县的谷子？</a></p>", "正文。\n谁来管管乙县的谷子？"),
        (f"<p>正文。</p><p><a href='/a'>谷子熟了！</a></p><p>相关新闻</p><p>{LINKS}</p>", "正文。\n谷子熟了！"),
        ("<p>正文。</p><p><a href='/a'>谁来管管谷子？</a></p><p><a href='/b'>谷子熟了！</a></p>", "正文。"),
        *((f"<p>正文。</p><p>{sentence}</p>", f"正文。\n{sentence}") for sentence in ABOUT_SHARING),
        *((f"<p>正文。</p><p>{line}</p>", "正文。") for line in SHARE_LINES),
        ("<p>３０００亩，“谷子”·高粱—大豆…</p>", "３０００亩，“谷子”·高粱—大豆…"),
    ],
)
def test_the_body_of_a_container_in_disorder(inner: str, body: str) -> None:
    """Nothing lost, nothing added, each line its own."""
    assert read(layout_c(inner)).article.body == body


def test_images_captions_and_what_only_looks_like_one() -> None:
    """A caption leaves the body; a centred paragraph that is none stays."""
    article = read(
        layout_c(
            '<p align="center"><img src="/NMediaFile/2024/0510/LOCAL1.jpg"></p><p align="center">图为谷地。王五 摄</p>'
            '<p style="text-align: center"><img src="/NMediaFile/2024/0510/LOCAL2.jpg"></p><p style="text-align:center">居中的正文。</p>'
            '<table align="center"><tr><td><img src="/mediafile/3.jpg"></td></tr><tr><td>谷子熟了</td></tr></table>'
            '<p>图上的地在河边。</p><p><img src="/img/next_page.jpg"></p>'
        )
    ).article
    base = "http://sd.people.com.cn"
    assert article.images == (
        Image(url=f"{base}/NMediaFile/2024/0510/LOCAL1.jpg", caption="图为谷地。王五 摄"),
        Image(url=f"{base}/NMediaFile/2024/0510/LOCAL2.jpg", caption=None),
        Image(url=f"{base}/mediafile/3.jpg", caption="谷子熟了"),
    )
    assert article.body == "居中的正文。\n图上的地在河边。"
    assert article.reporters == ()


def test_an_image_printed_twice_has_no_caption_in_the_body() -> None:
    """The first one is the record's."""
    image = '<p align="center"><img src="/mediafile/1.jpg"></p><p align="center">图为{}。</p>'
    article = read(layout_c(f"{image.format('谷地')}<p>{FIRST}</p>{image.format('谷场')}")).article
    assert [image.caption for image in article.images] == ["图为谷地。"]
    assert article.body == FIRST


def test_editors_parted_by_a_line_break_are_all_read() -> None:
    assert read(layout_c("<p>正文。</p><p>（责编：王芳、<br>李明）</p>", editors="")).article.editors == (
        "王芳",
        "李明",
    )


def test_words_before_the_print_edition_stay_in_the_body() -> None:
    article = read(
        layout_c("<p>秋后再添。<span id='paper_num'>《 人民日报 》（ 2024年05月10日 04 版）</span></p>")
    ).article
    assert article.print_edition == PrintEdition(paper="人民日报", date="2024-05-10", page="04")
    assert article.body == "秋后再添。"


def test_a_body_inside_one_table_cell_with_an_image_is_no_caption() -> None:
    """Old pages put everything in a table."""
    text = "一整篇文章都在表格的一个单元里，前面只有一张图。" * 20
    article = read(layout_c(f"<table><tr><td><img src='/mediafile/1.jpg'>{text}</td></tr></table>")).article
    assert article.body == text


def test_the_lines_around_the_body_are_read_and_removed() -> None:
    """Original title, print edition, editors as the last plain paragraph."""
    article = read(
        layout_c(
            '<div class="otitle">原标题：谷子好收成</div><p>正文在这里。</p>'
            '<p><span id="paper_num">　　《 人民日报 》（ 2024年05月10日   04 版）</span></p><p>　　（责任编辑：王 芳 李 强）</p>',
            editors='<div class="edit cf"></div>',
        )
    ).article
    assert article.original_title == "谷子好收成"
    assert article.print_edition == PrintEdition(paper="人民日报", date="2024-05-10", page="04")
    assert article.editors == ("王芳", "李强")
    assert article.body == "正文在这里。"


def test_an_editor_block_may_hold_a_line_for_each_editor() -> None:
    """Each in brackets and on a line of its own."""
    article = read(
        layout_c(f"<p>{FIRST}</p>", editors='<div class="edit cf">(责编：王芳)<br>(责编：李强)</div>')
    ).article
    assert (article.editors, article.warnings) == (("王芳", "李强"), ())


@pytest.mark.parametrize(
    ("editors", "names", "warning"),
    [
        ('<div class="edit cf"></div>', (), "no_editor_line"),
        ("", (), "no_editor_line"),
        ('<div class="edit cf">(责编：)</div>', (), "no_editor_line"),
        (
            '<div class="edit cf">(责编：王芳)<br>(责编：编辑 李强)</div>',
            (),
            "editor_line_unread:(责编：王芳) (责编：编辑 李强)",
        ),
        ('<div class="edit cf">责编 王芳 电话 010</div>', (), "editor_line_unread:责编 王芳 电话 010"),
        ("<p>他说责编：你好</p>", (), "editor_line_unread:责编：你好"),
        ("<p>收成好，（责任编辑：王芳）</p>", (), "editor_line_unread:责任编辑：王芳）"),
        (f"<p>责编：你好</p><p>{SECOND}</p>", (), "no_editor_line"),
    ],
)
def test_absent_is_not_unreadable(editors: str, names: tuple[str, ...], warning: str) -> None:
    """Both are warnings, but not the same one."""
    article = read(layout_c(f"<p>{FIRST}</p>", editors=editors)).article
    assert (article.editors, article.warnings) == (names, (warning,))


SCENE = "<p align=center><img src='/NMediaFile/1.jpg'></p>"


@pytest.mark.parametrize(
    ("table", "body", "caption"),
    [
        (f"<tr><td><p>{FIRST}</p><p>{SECOND}</p>{SCENE}</td></tr>", f"{FIRST}\n{SECOND}", None),
        (f"<tr><td>{SCENE}</td></tr><tr><td>　　{FIRST}<br>　　第二段</td></tr>", f"{FIRST}\n第二段", None),
        (f"<tr><td>{SCENE}</td></tr><tr><td>{FIRST}{SECOND}</td></tr>", f"{FIRST}{SECOND}", None),
        (f"<tr><td>{SCENE}</td></tr><tr><td>谷子<br>长势好</td></tr>", "", "谷子 长势好"),
        (f"<tr><td>{SCENE}</td></tr><tr><td>谷子长势好。</td></tr>", "", "谷子长势好。"),
        (f"<tr><td>{SCENE}</td></tr><tr><td>图为谷田。谷子长势好。</td></tr>", "", "图为谷田。谷子长势好。"),
        (f"<tr><td>{SCENE}</td></tr><tr><td>谷田里。长势好。<br>王方 摄</td></tr>", "", "谷田里。长势好。 王方 摄"),
    ],
)
def test_the_text_of_a_layout_table_is_no_caption(table: str, body: str, caption: str | None) -> None:
    """Paragraphs and finished sentences are text, unless they say that they are a caption."""
    article = read(layout_c(f"<table>{table}</table>")).article
    assert (article.body, [image.caption for image in article.images]) == (body, [caption])


@pytest.mark.parametrize(
    ("line", "original", "editors"),
    [
        ("原标题：青岛地铁6号线开通（图）", "青岛地铁6号线开通（图）", ()),
        ("原标题:第五届文博会开幕(组图)", "第五届文博会开幕(组图)", ()),
        ("（原标题：老标题（图））", "老标题（图）", ()),
        ("（原标题：老标题）", "老标题", ()),
        ("【原标题：老标题】", "老标题", ()),
        ("（原题：老标题）", "老标题", ()),
        ("（原标题：老标题 责编：王芳）", "老标题", ("王芳",)),
        ("（原标题：</p><p>老标题）", "老标题", ()),
    ],
)
def test_an_original_title_keeps_its_own_brackets(line: str, original: str, editors: tuple[str, ...]) -> None:
    """The line leaves the body, its bracket the title, and an editor line in it is read."""
    article = read(layout_c(f"<p>{line}</p><p>{FIRST}</p>", editors="")).article
    assert (article.original_title, article.editors, article.body) == (original, editors, FIRST)


def test_a_last_paragraph_that_is_a_linked_sentence_is_text() -> None:
    """A title of related news is no sentence."""
    html = layout_c(f"<p>{FIRST}</p><p><a href='/x'>{SECOND}</a></p><p><a href='/y'>乙县的谷子也丰收了</a></p>")
    assert read(html).article.body == f"{FIRST}\n{SECOND}"


def test_an_editors_note_and_the_picture_box_belong_to_the_article() -> None:
    """Where they are filled; most pages have both empty."""
    note = "编者按：鹿台乡的谷子年年丰收，本报今起走进乡里。"
    html = layout_c(f"<div class='box_pic'><img src='/NMediaFile/2024/0510/L1.jpg'></div><p>{FIRST}</p>").replace(
        '<div class="bza"><span></span><p></p></div>', f"<div class='bza'><span></span><p>{note}</p></div>"
    )
    article = read(html).article
    assert article.body == f"{note}\n{FIRST}"
    assert [image.url for image in article.images] == ["http://sd.people.com.cn/NMediaFile/2024/0510/L1.jpg"]


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        ("<td>甲</td><td>1</td>", ["甲 1"]),
        ("<td><p>甲</p></td><td><p>1</p></td>", ["甲 1"]),
        ("<td><div><b>甲</b></div></td>\n<td>1</td>", ["甲 1"]),
        ("<td>甲<br>组</td><td>1</td>", ["甲 组 1"]),
        ("<td><p>甲</p><p>乙</p></td><td>1</td>", ["甲", "乙", "1"]),
        (f"<td><p>{SECOND * 3}</p></td><td>1</td>", [SECOND * 3, "1"]),
        (f"<td>{SECOND}<br>第二段。</td>", [SECOND, "第二段。"]),
        ("<td><ul><li>甲</li></ul></td><td>1</td>", ["甲", "1"]),
    ],
)
def test_a_row_of_short_cells_is_one_line(row: str, lines: list[str]) -> None:
    """Also where a word processor put each cell's text in a paragraph; a table that lays out a text is no row."""
    html = layout_c(f"<p>{FIRST}</p><table><tr>{row}</tr></table><p>{SECOND}</p>")
    assert read(html).article.body.split("\n") == [FIRST, *lines, SECOND]
