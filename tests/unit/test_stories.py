"""What makes two articles one story: the same words, and the same numbers where they stand alike."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.stories.bands import bands_of
from difang.ingest.stories.compare import Reading, same_story
from difang.ingest.stories.text import text_of, texts_of
from tests.made_articles import made_article, sentence

CHANCE = random.Random(11)
LONG = "\n".join("".join(f"{sentence(CHANCE)}。" for _ in range(4)) for _ in range(5))
BULLETIN = (
    "2月{day}日0时至24时，海岱市新增确诊病例{new}例，均为输入病例。截至2月{day}日24时，全市累计报告确诊病例{all}例，"
    "其中运河镇{town}例、石桥村4例；累计治愈出院{well}例，尚有密切接触者231人正在接受医学观察。"
)


def same(one: str, other: str, *, titles: tuple[str, str] = ("海岱市公布新规", "海岱市公布新规")) -> bool:
    texts = [text_of(made_article(title=title, body=body)) for title, body in zip(titles, (one, other), strict=True)]
    first, second = bands_of(texts)
    candidates = bool(set(first) & set(second))
    return candidates and same_story(Reading(texts[0]), Reading(texts[1]))


def test_a_reprint_with_another_dateline_other_credits_and_another_headline_is_the_same_story() -> None:
    """What each channel prints its own way."""
    here = f"人民网济南2月6日电 （记者钱禾）{LONG}"
    there = f"新华社青岛2月8日电（记者 赵一、萧云 通讯员 林知夏）{LONG}"
    assert same(here, there, titles=("海岱市公布新规", "特别关注｜这些规定今起实施"))


def test_a_cut_reprint_is_the_same_story() -> None:
    """One paragraph of five is gone."""
    assert same(LONG, LONG[: LONG.rindex("\n")])


def test_traditional_characters_and_other_punctuation_make_no_difference() -> None:
    """As the mirror prints them."""
    body = "臺地發展規劃公布後，運河鎮居民紛紛表示，這些舉措來得及時，希望儘快落實到每個社區，讓大家出行更加方便。" * 3
    simple = (
        "台地发展规划公布后。运河镇居民纷纷表示——这些举措来得及时，希望尽快落实到每个社区；让大家出行更加方便！" * 3
    )
    assert same(body, simple)


def test_bulletins_of_two_days_are_different_stories() -> None:
    """The same words, other numbers."""
    today = BULLETIN.format(day=24, new=2, all=133, town=12, well=94)
    assert same(today, today)
    assert not same(today, BULLETIN.format(day=25, new=1, all=134, town=12, well=99))


def test_bulletins_that_differ_in_the_day_alone_are_different_stories() -> None:
    """Nothing new on either day."""
    one = BULLETIN.format(day=24, new=0, all=133, town=12, well=94)
    assert not same(one, BULLETIN.format(day=25, new=0, all=133, town=12, well=94))


def test_a_day_in_the_headline_alone_makes_two_stories() -> None:
    """The body says today."""
    body = "海岱市今日无新增病例，无新增疑似病例，现有病例均在市中医院隔离治疗，病情平稳，请市民继续做好防护。" * 2
    assert not same(body, body, titles=("海岱市14日无新增病例", "海岱市13日无新增病例"))


FIGURES = "".join(f"{place}镇投资{n}万元。" for n, place in enumerate("东西南北中上下左右前后内外", start=31))


def test_one_corrected_figure_in_an_edited_report_leaves_it_the_same_story() -> None:
    """One of many numbers; somebody has read it again."""
    edited = LONG.replace("受到居民欢迎", "受居民欢迎", 1) + FIGURES
    assert edited != LONG + FIGURES
    assert same(LONG + FIGURES, edited.replace("35万元", "53万元"))
    assert not same(LONG + FIGURES, edited.replace("35万元", "53万元").replace("36万元", "63万元"))


def test_one_corrected_figure_of_very_many_leaves_it_the_same_story() -> None:
    """No daily bulletin has so many figures that stay."""
    more = "".join(f"{place}村修路{n}公里。" for n, place in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", start=61))
    assert same(LONG + FIGURES + more, LONG + FIGURES.replace("35万元", "53万元") + more)


def test_bulletins_that_differ_in_one_figure_of_twelve_are_different_stories() -> None:
    """Quiet days; the date stands in none of them."""
    towns = "".join(f"{place}镇累计{n}例，" for n, place in enumerate("东西南北中上下左右前后", start=3))
    body = f"海岱市卫生健康委员会今日通报：{towns}全市新增{{}}例，均在定点医院隔离治疗，病情平稳。请市民继续做好防护。"
    assert same(body.format(14), body.format(14))
    assert not same(body.format(14), body.format(15))


COUNTS = [
    ("新增确诊病例{}例，均为输入病例", "两", "三"),
    ("新增确诊病例{}例，均为输入病例", "零", "一"),
    ("今日新设{}个便民服务点", "三", "五"),
    ("现发布第{}期空气质量公报", "三", "四"),
    ("现发布第{}号台风预警", "九", "十"),
    ("现有{}处路段封闭施工", "两", "四"),
    ("本周{}起部分公交线路临时绕行", "三", "四"),
    ("现有{}个街道恢复通行", "十二", "十三"),
    ("今年第{}次启动应急响应", "二", "三"),
]


@pytest.mark.parametrize(("sentence_of", "one", "other"), COUNTS)
def test_bulletins_that_differ_in_a_chinese_numeral_are_different_stories(
    sentence_of: str, one: str, other: str
) -> None:
    """Counts are as often written out as in digits."""
    body = (
        f"海岱市有关部门今日通报，{sentence_of}，请广大市民朋友注意查看并妥善安排出行，遇有问题请与所在社区联系。" * 2
    )
    assert same(body.format(one, one), body.format(one, one))
    assert not same(body.format(one, one), body.format(other, other))


NOTHING_NEW = (
    "据海岱市疾控中心通报，全市无新增本地确诊病例、无新增疑似病例、无新增死亡病例。"
    "请市民继续做好个人防护，科学佩戴口罩，勤洗手、常通风、少聚集，出现发热等症状请及时到就近的发热门诊就诊。"
)


def test_bulletins_that_differ_in_the_day_of_their_dateline_alone_are_different_stories() -> None:
    """人民网济南2月6日电, and the day after nothing new either."""
    assert same(f"人民网济南2月6日电 {NOTHING_NEW}", f"人民网济南02月06日电 {NOTHING_NEW}")
    assert not same(f"人民网济南2月6日电 {NOTHING_NEW}", f"人民网济南2月7日电 {NOTHING_NEW}")
    edited = NOTHING_NEW.replace("就近的", "附近的")
    assert not same(f"人民网济南1月31日电 {NOTHING_NEW}", f"人民网济南2月1日电 {edited}")


@pytest.mark.parametrize(
    "dateline",
    [
        "新华社济南2月6日电 ",
        "人民网青岛2月6日电 ",
        "新华社青岛2月7日电 ",
        "人民网济南电 ",
        "本报讯 ",
        "（记者钱禾）",
        "",
    ],
)
def test_a_reprint_under_another_dateline_or_none_is_the_same_story(dateline: str) -> None:
    """Of the same day, of its own, or without one."""
    assert same(f"人民网济南2月6日电 {NOTHING_NEW}", f"{dateline}{NOTHING_NEW}")


FIGURE = [
    ("今日最低气温{}℃，风力较大", "-9", "9"),
    ("今日最低气温为－{}℃，风力较大", "9", "8"),
    ("全市投资{}万元", "35", "3.5"),
    ("全市投资{}万元", "35", "３．５"),
    ("全市投资{}万元", "3.5", "3.6"),
    ("今日成交额{}元", "5万", "5亿"),
    ("今日成交额{}元", "5 万", "5 亿"),
    ("今日启动防汛{}级应急响应", "Ⅳ", "Ⅲ"),
    ("今日启动防汛{}级应急响应", "IV", "II"),
    ("今日海岱市{}确诊病例", "新增0例", "无新增"),
    ("今日海岱市{}确诊病例", "没有新增", "新增3例"),
    ("物价同比上涨百分之{}", "五", "六"),
    ("一半以上即{}分之二的街道恢复通行", "三", "五"),
    ("客流同比增长{}成", "三", "四"),
    ("庙会于正月初{}举行", "三", "四"),
    ("今日限行尾号{}", "一和六", "二和七"),
    ("今日限行尾号{}", "一和六", "一和七"),
    ("本周{}起部分公交线路临时绕行", "日", "一"),
    ("星期{}起部分公交线路临时绕行", "天", "六"),
    ("今日北风{}级", "三到四", "四到五"),
    ("庙会于腊月廿{}举行", "三", "四"),
    ("庙会于正月{}举行", "初十", "十一"),
    ("今日评出壹等奖{}名", "伍", "陆"),
    ("患病率为1{}", "%", "‰"),
    ("{}停水", "上午", "下午"),
    ("油价{}270元", "上调", "下调"),
    ("最低气温零{}5℃", "上", "下"),
    ("现发布大风{}色预警", "蓝", "黄"),
    ("今日{}馆闭馆", "A1", "B2"),
    ("今日{}高速封闭", "G20", "G22"),
    ("油价每升下降{}", "一毛五", "三毛二"),
    ("油价每升下降{}", "一毛五", "一毛二"),
    ("油价每升下降{}", "一块五", "两块五"),
    ("{}财政收支公布", "上半年", "下半年"),
    ("今日疏散群众{}", "十几人", "几十人"),
    ("今日疏散群众{}", "十多人", "二十多人"),
    ("今日疏散群众{}", "十余人", "三十余人"),
    ("庙会于{}举行", "冬月廿三", "腊月廿三"),
    ("庙会于{}举行", "正月初三", "腊月初三"),
]


@pytest.mark.parametrize(("sentence_of", "one", "other"), FIGURE)
def test_bulletins_that_differ_in_how_much_a_figure_is_are_different_stories(
    sentence_of: str, one: str, other: str
) -> None:
    """By its sign, point, unit or numeral, or because there is none new."""
    body = f"海岱市有关部门今日通报，{sentence_of}，请广大市民朋友注意查看并妥善安排出行，遇有问题请与所在社区联系。"
    assert same(body.format(one) * 2, body.format(one) * 2)
    assert not same(body.format(one) * 2, body.format(other) * 2)


SAME_FIGURE = [
    ("5月1日", "五月一日"),
    ("1080亿元", "一千零八十亿元"),
    ("3.5万元", "3.50 万元"),
    ("3.5万元", "35000元"),
    ("Ⅳ级响应", "四级响应"),
    ("IV级响应", "4级响应"),
    ("05月01日", "5月1日"),
    ("二〇二〇年", "2020年"),
    ("5℃-9℃", "5℃~9℃"),
    ("6日-7日", "6日、7日"),
    ("5-9℃", "5～9℃"),
    ("2020.02.06版", "2020.02.06 版"),
    ("腊月廿三", "腊月二十三"),
    ("贰拾叁件", "23件"),
    ("正月初五", "正月初5"),
    ("星期日", "星期天"),
    ("三到四级", "3到4级"),
    ("A1馆", "a1馆"),
    ("正月初五", "一月初五"),
    ("几十人", "幾十人"),
    ("十多人", "10多人"),
    ("一块五", "1块5"),
    ("腊月廿三", "臘月二十三"),
]


@pytest.mark.parametrize(("one", "other"), SAME_FIGURE)
def test_a_reprint_that_writes_a_number_another_way_is_the_same_story(one: str, other: str) -> None:
    """House styles differ."""
    assert same(f"据介绍，到时为{one}左右。{LONG}", f"据介绍，到时为{other}左右。{LONG}")


def test_two_numbers_of_a_series_are_different_stories() -> None:
    """However much else is the same."""
    assert not same(f"本报今天刊发系列报道第三期。{LONG}{FIGURES}", f"本报今天刊发系列报道第四期。{LONG}{FIGURES}")


@pytest.mark.parametrize(("one", "other"), [("两例", "2例"), ("五个", "5个"), ("第三期", "第3期"), ("十年", "10年")])
def test_a_numeral_and_its_digit_are_the_same_number(one: str, other: str) -> None:
    """House styles differ."""
    assert same(f"全市共有{one}入选。{LONG}", f"全市共有{other}入选。{LONG}")


def test_a_reprint_with_a_mended_word_is_the_same_story() -> None:
    """And with a paragraph trimmed, whatever it counted."""
    body = f"全市共评出三个先进集体，第二期名单将于近日公布。{FIGURES}\n{LONG}\n另有两例正在评审，一个单位退出。"
    assert same(body, body.replace("居民", "市民", 1))
    assert same(body, body[: body.rindex("\n")])
    assert same(body, body[body.index("\n") + 1 :])


def test_different_articles_are_different_stories() -> None:
    """Made of the same words even."""
    other = "\n".join("".join(f"{sentence(CHANCE)}。" for _ in range(4)) for _ in range(5))
    assert not same(LONG, other)


PIECES = ("（记者钱禾）", "(记者 钱禾", "人民网海岱2月6日电 ", "3.5", "-3℃", "5－9", "−7", "ˇ", "\n", "。\n　　")


@given(st.lists(st.tuples(st.text(), st.lists(st.text(max_size=5) | st.sampled_from(PIECES)).map("".join))))
def test_many_articles_have_the_texts_each_has_alone(articles: list[tuple[str, str]]) -> None:
    """They are folded together; nothing runs from one into the next."""
    made = [made_article(title=title, body=body, content_hash="") for title, body in articles]
    assert texts_of(made) == [text_of(article) for article in made]


@given(st.text(), st.text())
def test_whatever_an_article_holds_it_is_compared_without_error(title: str, body: str) -> None:
    """Surrogates, controls and marks too; and it is alike to itself."""
    text = text_of(made_article(title=title, body=body, content_hash=""))
    bands_of([text])
    reading = Reading(text)
    assert same_story(reading, Reading(text))
