"""Times, datelines and print editions as the site prints them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.article import Dateline, PrintEdition
from difang.ingest.extract.dateline import dateline_of, edition_tail, print_edition_of
from difang.ingest.extract.dates import CHINA, month_filled_in, printed_time, year_filled_in

DAYS = st.dates(min_value=date(2005, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "iso", "clock"),
    [
        ("2022年02月13日07:48 | 来源：新华日报", "2022-02-13T07:48:00+08:00", True),
        ("2009年11月09日00:00", "2009-11-09T00:00:00+08:00", True),
        ("2018-10-9", "2018-10-09T00:00:00+08:00", False),
        ("2018-10-09 8:05:33", "2018-10-09T08:05:00+08:00", True),
        ("2015年6月7日 10：20", "2015-06-07T10:20:00+08:00", True),
        ("2026年01月02日 下午 3:20", "2026-01-02T15:20:00+08:00", True),
        ("2026年01月02日上午10:20", "2026-01-02T10:20:00+08:00", True),
        ("2026年01月02日 下午12:20", "2026-01-02T12:20:00+08:00", True),
        ("2026年01月02日 晚上12:20", "2026-01-02T00:00:00+08:00", False),
        ("2026年01月02日 星期五 07:48", "2026-01-02T07:48:00+08:00", True),
        ("2026年01月02日（星期五）07:48", "2026-01-02T07:48:00+08:00", True),
        ("发布：2019/06/15", "2019-06-15T00:00:00+08:00", False),
    ],
)
def test_a_printed_time_is_read_to_the_minute(text: str, iso: str, clock: bool) -> None:
    """A day without a clock is midnight, and known to be without."""
    read = printed_time(text)
    assert read is not None
    assert (read.iso, read.clock) == (iso, clock)


@pytest.mark.parametrize("text", ["2022年02月31日07:48", "2022年13月01日", "", "今年2月", "电话 2022-123456"])
def test_a_time_that_does_not_exist_is_none(text: str) -> None:
    """Neither an error nor another day."""
    assert printed_time(text) is None


@given(st.datetimes(min_value=datetime(1998, 1, 1), max_value=datetime(2035, 1, 1)))
def test_any_time_comes_back(moment: datetime) -> None:
    """As the layouts print it."""
    read = printed_time(f"{moment:%Y年%m月%d日%H:%M} | 来源：")
    assert read is not None
    assert read.iso == moment.replace(second=0, microsecond=0, tzinfo=CHINA).isoformat()


@given(published=DAYS, back=st.integers(-7, 300))
def test_the_year_is_filled_in_across_new_year(published: date, back: int) -> None:
    """A day up to ten months before the publication is found again, or up to a week after it."""
    day = published - timedelta(days=back)
    assert year_filled_in(day.month, day.day, published) == day


def test_31_december_printed_on_1_january_is_the_year_before() -> None:
    """The case that goes wrong once a year."""
    found = dateline_of("人民网济南12月31日电 （记者王芳）今天", date(2021, 1, 1))
    assert found is not None
    assert found[0] == Dateline(agency="人民网", place="济南", date="2020-12-31")


def test_1_january_printed_on_31_december_is_the_year_after() -> None:
    """A night edition, dated the day after."""
    found = dateline_of("人民网济南1月1日电", date(2019, 12, 31))
    assert found is not None
    assert found[0] == Dateline(agency="人民网", place="济南", date="2020-01-01")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("人民网济南2月6日电 今天", ("人民网", "济南", "2020-02-06")),
        ("人民网北京2月6日电（记者 王芳）今天", ("人民网", "北京", "2020-02-06")),
        ("新华社呼和浩特2月6日电", ("新华社", "呼和浩特", "2020-02-06")),
        ("据新华社北京2月6日电", ("新华社", "北京", "2020-02-06")),
        ("本报济南2月5日讯 （记者王芳）", ("本报", "济南", "2020-02-05")),
        ("中新网兰州2月6日电 (记者 王芳)", ("中新网", "兰州", "2020-02-06")),
        ("人民网济南电 （记者王芳）", ("人民网", "济南", None)),
        ("新华社“雪龙”号2月6日电（记者王芳）", ("新华社", "“雪龙”号", "2020-02-06")),
        ("新华社“雪龙2”号2月6日电", ("新华社", "“雪龙2”号", "2020-02-06")),
        ("新华社北京2月6日专电", ("新华社", "北京", "2020-02-06")),
        ("新华社北京2月6日新媒体专电 今天", ("新华社", "北京", "2020-02-06")),
        ("新华社北京2月6日体育专电（记者王芳）", ("新华社", "北京", "2020-02-06")),
        ("大众网济南2月6日讯", ("大众网", "济南", "2020-02-06")),
        ("人民网济南2月30日电", ("人民网", "济南", None)),
        ("中国日报网北京2月6日电 今天", ("中国日报网", "北京", "2020-02-06")),
        ("人民日报海外版北京2月6日电 今天", ("人民日报海外版", "北京", "2020-02-06")),
        ("北京日报客户端北京2月6日讯 今天", ("北京日报客户端", "北京", "2020-02-06")),
        ("经济日报-中国经济网北京2月6日讯 今天", ("经济日报-中国经济网", "北京", "2020-02-06")),
        ("中国报道网北京2月6日讯 今天", ("中国报道网", "北京", "2020-02-06")),
        ("齐鲁网·闪电新闻济南2月6日讯 今天", ("齐鲁网·闪电新闻", "济南", "2020-02-06")),
        ("大众报业济南2月6日讯 今天", ("大众报业", "济南", "2020-02-06")),
        ("人民网山东频道济南2月6日电", ("人民网山东频道", "济南", "2020-02-06")),
        ("人民网罗马当地时间2月5日电", ("人民网", "罗马", "2020-02-05")),
        ("人民网济南6日电 今天", ("人民网", "济南", "2020-02-06")),
        ("新华社济南7日电 今天", ("新华社", "济南", "2020-02-07")),
        ("新华社济南31日电 今天", ("新华社", "济南", "2020-01-31")),
        ("人民网2月6日电 今天", ("人民网", "", "2020-02-06")),
        ("海外网2月6日电 今天", ("海外网", "", "2020-02-06")),
        ("【人民网济南2月6日电】今天", ("人民网", "济南", "2020-02-06")),
        ("人民网济南二月六日电", ("人民网", "济南", "2020-02-06")),
        ("人民网济南一月三十一日电", ("人民网", "济南", "2020-01-31")),
        ("本报济南十二月二十日电", ("本报", "济南", "2019-12-20")),
    ],
)
def test_a_dateline_is_read(line: str, expected: tuple[str, str, str | None]) -> None:
    """Agency, place and day, the year of publication filled in; no day where none exists."""
    found = dateline_of(line, date(2020, 2, 6))
    assert found is not None
    agency, place, day = expected
    assert found[0] == Dateline(agency=agency, place=place, date=day)


@pytest.mark.parametrize(
    "line",
    [
        "本报讯 今天",
        "2月6日，济南下雪了。",
        "记者2月6日从济南获悉",
        "人民网是中央重点新闻网站。",
        "",
        "新华社“雪龙”号2月6日抵达",
        "新华社北京2月6日体育专题",
        "国家电网山东2月6日电力负荷创历史新高",
        "据天气预报显示2月6日电闪雷鸣",
        "大众网济南2月6日电商节开幕",
        "人民网济南2月6日电视剧开机",
        "淘宝网店2月6日消息，今天",
        "某某社区2月6日消息，今天",
        "山东省报告网2月6日讯 今天",
        "新华社记者北京2月6日电 今天",
        "人民网春节假期6日消息，今天",
        "人民网济南6日电力",
        "人民网最新消息，今天",
        "新华社第6日电 今天",
    ],
)
def test_other_beginnings_are_no_dateline(line: str) -> None:
    """A slip (本报讯) names no place."""
    assert dateline_of(line, date(2020, 2, 6)) is None


@pytest.mark.parametrize(
    ("published", "day", "expected"),
    [
        (date(2026, 1, 2), 31, date(2025, 12, 31)),
        (date(2025, 12, 31), 1, date(2026, 1, 1)),
        (date(2026, 3, 1), 30, date(2026, 1, 30)),
        (date(2026, 3, 1), 32, None),
    ],
)
def test_the_month_is_filled_in(published: date, day: int, expected: date | None) -> None:
    """The last such day, or tomorrow for a night edition."""
    assert month_filled_in(day, published) == expected


@given(st.text(max_size=100), DAYS)
def test_no_text_breaks_the_dateline(text: str, published: date) -> None:
    """Whatever a body begins with."""
    dateline_of(text, published)
    print_edition_of(text)
    edition_tail(text)
    printed_time(text)


@pytest.mark.parametrize(
    "line",
    [
        "《 人民日报 》（ 2024年05月10日 04 版）",
        "《人民日报》（2024年05月10日 第04版）",
        "《 人民日报 》( 2024年5月10日   04 版)",
    ],
)
def test_a_print_edition_is_read(line: str) -> None:
    """The page as printed."""
    assert print_edition_of(line) == PrintEdition(paper="人民日报", date="2024-05-10", page="04")


@pytest.mark.parametrize(
    ("line", "page"),
    [
        ("《人民日报》 （2024-05-10 第03版）", "03"),
        ("《人民日报》（2024年05月10日 第四版）", "四"),
        ("《 人民日报 》（ 2024年05月10日 01-02 版）", "01-02"),
        ("《 人民日报 》（ 2024年05月10日 第 04,05 版）", "04,05"),
        ("（《人民日报》2024年05月10日 04版）", "04"),
        ("《人民日报》2024年05月10日 04版", "04"),
    ],
)
def test_a_print_edition_is_read_in_other_forms(line: str, page: str) -> None:
    """Alone and at the end of a paragraph."""
    edition = PrintEdition(paper="人民日报", date="2024-05-10", page=page)
    assert print_edition_of(line) == edition
    read = edition_tail(f"秋后再添。{line}")
    assert read is not None
    assert read[:2] == ("秋后再添。", edition)


@pytest.mark.parametrize(
    "before",
    [
        "乡里说，秋后再添两台烘干机。",
        "秋后再添。",
        "他说：“明年再种。”",
        "乡里说，秋后再添两台烘干机，让新粮早些入库。 ",
    ],
)
def test_an_edition_at_the_end_of_a_paragraph_leaves_its_words(before: str) -> None:
    """However few they are."""
    line = f"{before}《 人民日报 》（ 2024年05月10日 04 版）"
    assert print_edition_of(line) is None
    read = edition_tail(line)
    assert read is not None
    assert (read[0], read[1].page) == (before.strip(), "04")


def test_a_sentence_that_ends_in_an_edition_is_body() -> None:
    """It is about the edition."""
    assert edition_tail("这篇通讯登在《人民日报》（2024年05月10日 04版）") is None


def test_a_paragraph_that_mentions_an_edition_is_body() -> None:
    """Only a line about nothing else is the print edition."""
    assert (
        print_edition_of("这篇通讯登在《人民日报》（2024年05月10日 04版）上，后来收进了地方志，又在县里传开了。")
        is None
    )
