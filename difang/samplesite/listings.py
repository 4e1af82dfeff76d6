"""Listings: front pages and column listings in eight regional markups, with pagers and the site's own traps."""

from __future__ import annotations

from difang.samplesite.channels import Channel, Column
from difang.samplesite.edition import Edition
from difang.samplesite.layout.parts import esc
from difang.samplesite.plan import Plan, column_of
from difang.samplesite.surroundings import surroundings

_OPENING = {
    "ej_list_box": '<div class="ej_list_box clear">\n<ul class="list_16 mt10">\n',
    "p2j_list": '<div class="p2j_list list_14 clearfix">\n<ul>\n',
    "headingNews": '<div class="headingNews qiehuan1_c">\n',
    "jsnew_line": '<div class="jsnew_line">\n',
    "ej_left": '<div class="ej_left fl">\n<ul>\n',
    "p2j_left_list": '<div class="fl p2j_left_list">\n<ul>\n',
    "leftItem": '<div class="leftItem">\n<dl>\n',
    "img_list": '<div class="img_list">\n<ul>\n',
    "redesigned": '<section data-role="feed">\n',
    "hollow": '<script type="text/javascript">\nvar feed = [\n',
}
_ROWS = {
    "ej_list_box": "<li>{picture}<a href='{href}' target=\"_blank\">{title}</a> <em>{day}</em></li>\n",
    "p2j_list": '<li>·{picture}<a href="{href}" target="_blank">{title}</a>  [{day}]</li>\n',
    "headingNews": '<div class="hdNews clearfix">{picture}<h5><a href="{href}">{title}</a></h5><div>{day}</div></div>\n',
    "jsnew_line": '{picture}<a href="{href}" target=_blank>{title}</a><i>{day}</i><br/>\n',
    "ej_left": '<li>{picture}<strong><a href="{href}" target="_blank">{title}</a></strong><span>{day}</span></li>\n',
    "p2j_left_list": '<li>{picture}<a target="_blank" href="{href}">{title}</a><i class="gray">{day}</i></li>\n',
    "leftItem": "<dt>{picture}</dt><dd><a href={href} target=_blank>{title}</a> ({day})</dd>\n",
    "img_list": '<li>{picture}<p><a href="{href}">{title}</a></p><p>{day}</p></li>\n',
    "redesigned": '<article data-id="{day}">{picture}<header><a data-kind="story" href="{href}">{title}</a></header></article>\n',
    "hollow": '["{day}", "{title}"],\n',
}
_CLOSING = {
    "headingNews": "</div>\n",
    "jsnew_line": "</div>\n",
    "leftItem": "</dl>\n</div>\n",
    "redesigned": "</section>\n",
    "hollow": "];\nfeed.forEach(function (row) { draw(row[0], row[1]); });\n</script>\n",
}
_PAGERS = ("page", "page_n", "fanye")
_ELSEWHERE = (
    '<div class="links"><a href="http://politics.people.com.cn/n1/2024/0510/c1001-40000001.html">中央要闻</a>'
    '<a href="http://nantong.people.com.cn/n2/2022/0101/c300000-35000001.html">地市频道</a>'
    '<a href="http://www.partner.example/2024/0510/1.html">合作媒体</a><a href="javascript:void(0)">更多</a>'
    '<a href="mailto:sample@example.org">联系</a><a href="#top">顶部</a><a href="http://[broken/">坏链接</a></div>\n'
)


class Listings:
    """Prints the listings of an edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    def front(self, channel: Channel) -> list[str]:
        """The front page: all columns and the newest 40 articles."""
        count = self.edition.count(channel)
        plans = [self.edition.planner.plan(channel, n) for n in range(count - 1, max(-1, count - 41), -1)]
        boxes = [self._box(channel, plans[at : at + 10]) for at in range(0, len(plans), 10)]
        return self._page(channel, channel.name, ["".join(boxes)])

    def column(self, channel: Channel, column: Column, page: int) -> list[str] | None:
        """One page of a column's listing, newest first, or None where it has no such page; page counts from 1."""
        numbers, total = self._numbers(channel, column, (page - 1) * channel.per_page, channel.per_page)
        last = max(1, -(-total // channel.per_page))
        if page > last:
            return None
        plans = [self.edition.planner.plan(channel, n) for n in numbers]
        below = [other for other in channel.columns if other.above == (*column.above, column.number)]
        nested = "".join(f'<a href="{other.path}">{other.name}</a>' for other in below)
        parts = [f'<div class="nested">{nested}</div>\n' if nested else "", self._box(channel, plans)]
        if self.edition.alterations.listings.get(channel.slug) != "hollow":
            parts.append(_pager(channel, page, last))
        return self._page(channel, f"{column.name}--{channel.name}", parts)

    def _numbers(self, channel: Channel, column: Column, skip: int, count: int) -> tuple[list[int], int]:
        """The newest article numbers of the column and those below it, after `skip`; and how many there are."""
        members = {other.number for other in channel.columns if column.number in (other.number, *other.above)}
        weight = sum(other.weight for other in channel.columns if other.number in members)
        total = self.edition.count(channel)
        blocks, rest = divmod(total, 20)
        found = self._members(channel, members, blocks, rest)
        size = len(found) + blocks * weight
        if not weight:
            return [], 0
        if skip >= len(found):
            passed = (skip - len(found)) // weight
            skip, found, blocks = (skip - len(found)) % weight, [], blocks - passed
        while len(found) < skip + count and blocks > 0:
            blocks -= 1
            found += self._members(channel, members, blocks, 20)
        return found[skip : skip + count], size

    def _members(self, channel: Channel, members: set[int], block: int, limit: int) -> list[int]:
        seed = self.edition.planner.seed
        numbers = range(block * 20 + limit - 1, block * 20 - 1, -1)
        return [n for n in numbers if column_of(seed, channel, n).number in members]

    def _box(self, channel: Channel, plans: list[Plan]) -> str:
        style = self.edition.alterations.listings.get(channel.slug, channel.listing)
        rows = "".join(self._row(plan, style) for plan in plans)
        return f"{_OPENING[style]}{rows}{_CLOSING.get(style, '</ul></div>' + chr(10))}"

    def _row(self, plan: Plan, style: str) -> str:
        title, href = esc(self.edition.title(plan)), _href(plan, style)
        picture = ""
        if plan.n % 4 == 1:
            picture = f'<a href="{plan.path if href.startswith("/") else plan.url}"><img src="/img/s{plan.number}.jpg" width="120" alt="{title}"></a>'
        row = _ROWS[style].format(picture=picture, href=href, title=title, day=f"{plan.published:%Y-%m-%d}")
        if plan.mirrored and style != "hollow" and self.edition.visible(plan):
            row += f'<a href="http://{plan.host}/BIG5{plan.path}" class="big5">繁</a>\n'
        return row

    def _page(self, channel: Channel, title: str, parts: list[str]) -> list[str]:
        around = surroundings(channel, "rm", self.edition.now.year)
        columns = "".join(f'<a href="{column.path}index.html">{column.name}</a>\n' for column in channel.columns)
        return [
            f'<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="content-type" content="text/html;charset={declared(channel, self.edition.now.year)}"/>\n'
            f"<title>{title}--人民网</title>\n",
            around.head,
            "</head>\n<body>\n",
            around.top,
            f'<div class="columns">{columns}</div>\n<div class="w1000 list_main">\n',
            *parts,
            f"</div>\n{_ELSEWHERE}",
            around.foot,
            "</body>\n</html>\n",
        ]


def encoding_of(channel: Channel, year: int) -> str:
    """The encoding of the channel's listings in that year."""
    return "utf-8" if year >= channel.utf8_from else "gb18030"


def declared(channel: Channel, year: int) -> str:
    """How the listings are labelled."""
    return "utf-8" if encoding_of(channel, year) == "utf-8" else "GB2312"


def _href(plan: Plan, style: str) -> str:
    """Relative as a rule; absolute on an older host of the channel; now and then with a newline inside."""
    if plan.host != plan.channel.host or (plan.n % 11 == 3 and style != "leftItem"):
        return plan.url
    if plan.n % 17 == 4 and style != "leftItem":  # leftItem prints no quotation marks around the href
        folder, _, name = plan.path.rpartition("/")
        return f"{folder}/\n{name}"
    return plan.path


def _pager(channel: Channel, page: int, last: int) -> str:
    """Links to the other pages; page 1 is linked as index1.html, which repeats index.html."""
    if last == 1:
        return ""
    shown = range(max(1, page - 5), min(last, page + 5) + 1)
    numbers = "".join(f'<a href="index{k}.html">{k}</a>\n' for k in shown)
    following = f'<a href="index{page + 1}.html">下一页</a>' if page < last else ""
    return f'<div class="{_PAGERS[channel.index % 3]} clear">{numbers}{following}</div>\n'
