"""Surroundings: everything heavy around an article that is the same on every page of a channel and layout.

The real pages carry 20 to 50 KB of menus, scripts, styles, rankings and footers around a few KB of text; these do too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from difang.samplesite.calendar import FIRST_DAY
from difang.samplesite.channels import Channel, channels
from difang.samplesite.dice import Dice
from difang.samplesite.language import Teller, topics

_CENTRAL = (
    "politics",
    "world",
    "finance",
    "tw",
    "military",
    "opinion",
    "leaders",
    "renshi",
    "theory",
    "legal",
    "society",
    "edu",
    "scitech",
    "env",
    "sports",
    "ent",
    "health",
    "auto",
    "house",
    "game",
    "culture",
    "hm",
    "it",
    "energy",
    "art",
    "fashion",
    "book",
    "media",
    "v",
    "pic",
)


class Static(str):
    """Text that is the same on many pages, so its bytes are worth keeping."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What stands in the head, above, beside and below an article."""

    head: Static
    top: Static
    side: Static
    foot: Static


@lru_cache(maxsize=512)
def surroundings(channel: Channel, family: str, year: int) -> Surroundings:
    """The surroundings of a channel's pages in one family of layouts: old, box or rm."""
    dice = Dice("surroundings", channel.slug, family)
    tell = Teller(dice, channel, topics()[channel.index % len(topics())], FIRST_DAY)
    if family == "old":
        return Surroundings(
            head=Static(_style(dice, 14) + _script(dice, 5)),
            top=Static(""),
            side=Static(_old_side(tell, dice)),
            foot=Static(_old_foot(channel, year) + _script(dice, 10)),
        )
    if family == "box":
        return Surroundings(
            head=Static(_style(dice, 24) + _script(dice, 4)),
            top=Static(_box_top(dice)),
            side=Static(_box_side(tell, dice)),
            foot=Static(_box_foot(year) + _script(dice, 18)),
        )
    return Surroundings(
        head=Static(_rm_links() + _style(dice, 6)),
        top=Static(_rm_top(dice)),
        side=Static(_ranking(tell, dice, "rm_ranking_list gray cf", 10)),
        foot=Static(_rm_foot(year, dice)),
    )


def _old_side(tell: Teller, dice: Dice) -> str:
    parts = ['<div class="right_content">\n']
    for title in ("组图推荐", "热点新闻", "播客、视频", "小编推荐", "频道精选"):
        rows = "<br>\n".join(
            f"·<a href='http://{dice.pick(_CENTRAL)}.people.com.cn/GB/{dice.between(1000, 99999)}/index.html' "
            f"target=_blank class=aNewList>{tell.one(tell.topic.titles)}</a>"
            for _ in range(12)
        )
        parts.append(
            '<table class="pci_new hot_new" cellpadding="0" cellspacing="0" border="0">\n\t\t<tr>\n\t\t  <td valign="top">'
            f'<div class="pci_title">&nbsp;&nbsp;&nbsp;{title}</div></td>\n\t\t</tr>\n\t\t<tr>\n\t\t  <td style="padding:10px 0 0 15px;">'
            f"{rows}</td>\n\t\t</tr>\n\t  </table>\n{_advert(dice)}"
        )
    return "".join(parts) + "</div>\n"


def _old_foot(channel: Channel, year: int) -> str:
    menu = "|".join(
        f'<a target=_blank href="http://{name}.people.com.cn/GB/index.html">{name}</a>' for name in _CENTRAL
    )
    others = "&nbsp;".join(f'<a target="_blank" href="http://{c.host}/">{c.province}</a>' for c in channels())
    return (
        f'<div class="nav">{menu}</div>\n<div class="nav2">{others}</div>\n<div class="copyright">'
        f"<em>{channel.name}&nbsp;样刊</em><br />Copyright &copy; 1997-{year} sample pages</div>\n"
    )


def _box_top(dice: Dice) -> str:
    menu = "".join(f'<a href="http://{n}.people.com.cn/" target="_blank">{n}</a>' for n in _CENTRAL)
    local = "".join(f'<a href="http://{c.host}/" target="_blank">{c.province}</a>' for c in channels())
    return (
        '<!--top-->\n<div class="top_nav clearfix">\n   <div class="w1000_320 white pos_re_login">\n      <div class="fl" id="rwb_nav">'
        f'{menu}{local}</div>\n      <div class="fr">\n      \t<div id="txz_dlq"><a id="login_button">登录</a></div>\n      </div>\n'
        '      <div class="p_login" id="p_login"><form name="loginForm"><p><input type="text" value="请输入用户名" name="username"></p>'
        '<p><input type="password" value="" name="password"></p><p class="tc"><input type="submit" value="登录"></p></form></div>\n'
        f'   </div>\n</div>\n<!--top end-->\n<div class="clearfix w1000_320 banner">{_advert(dice)}</div>\n'
    )


def _box_side(tell: Teller, dice: Dice) -> str:
    return (
        '<div class="fr text_con_right">\n<div class="clearfix box_ewm"><div class="pic"><span>关注样刊微信</span></div></div>\n'
        + _list(tell, dice, "box_hot", "热点推荐", 8)
        + _advert(dice)
        + _list(tell, dice, "box_pic02", "精彩推荐", 6, pictures=True)
        + _list(tell, dice, "box_pic03", "视频新闻", 7, pictures=True)
        + _advert(dice) * 3
        + _list(tell, dice, "box_ol", "热点排行", 10)
        + "</div>\n"
    )


def _list(tell: Teller, dice: Dice, name: str, title: str, count: int, *, pictures: bool = False) -> str:
    rows = []
    for _ in range(count):
        href = f"http://{dice.pick(_CENTRAL)}.people.com.cn/n1/2019/{dice.between(10, 12)}{dice.between(10, 28)}/c{dice.between(1000, 1999)}-{dice.between(30000000, 31999999)}.html"
        label = tell.one(tell.topic.titles)
        picture = (
            f'<a href="{href}" target="_blank"><img src="/NMediaFile/2019/0{dice.between(1, 9)}{dice.between(10, 28)}/MAIN{dice.between(10**12, 10**13)}.jpg" '
            f'width="130" height="90" border="0" alt="{label}"></a>'
            if pictures
            else ""
        )
        rows.append(f'<li>{picture}<a href="{href}" target="_blank">{label}</a></li>\n')
    return f'<div class="clearfix {name}">\n<h2>{title}</h2>\n<ul class="clearfix">\n{"".join(rows)}</ul>\n</div>\n'


def _box_foot(year: int) -> str:
    return f'<!--copyright-->\n<div class="copyright clearfix w1000_320">\n样 刊<br>\nCopyright © 1997-{year} sample pages\n</div>\n'


def _rm_links() -> str:
    sheets = ("2020fenxiang/css/share2020", "2020wbc/css/page202102", "2020peopleindex/css/pagetyn2")
    return "".join(
        f'<link href="http://www.people.com.cn/img/{sheet}.css" type="text/css" rel="stylesheet" media="all" />\n'
        for sheet in sheets
    )


def _rm_top(dice: Dice) -> str:
    def menu(title: str, rows: list[tuple[str, str]]) -> str:
        items = "\n".join(f'            <li><a href="{href}" target="_blank">{label}</a></li>' for label, href in rows)
        return (
            f'<li class="menu_item">\n    <span>{title}<img src="/img/2020peopleindex/img/arrow2.png" class="zhuan" /></span>\n'
            f"    <div>\n        <ul>\n{items}\n        </ul>\n    </div>\n</li>"
        )

    central = [(name, f"http://{name}.people.com.cn/") for name in _CENTRAL]
    local = [(c.province, f"http://{c.host}/") for c in channels()]
    foreign = [(f"语种{k:02d}", f"http://lang{k:02d}.people.com.cn/") for k in range(1, 19)]
    others = [(f"合作网站{k}", f"http://partner{k}.example/") for k in range(1, 41)]
    return (
        '<div class="main">\n\t<!--头部-->\n    <div class="header cf">\n        <div class="layout">\n            '
        '<a href="http://www.people.cn" target="_blank"><img src="/img/2020wbc/imgs/logo.png" alt="" /></a>\n        </div>\n    </div>\n'
        '    <div class="wb_line"></div>\n\t<!--导航-->\n    <div class="rm_nav cf" id="rm_topnav">\n        <div class="layout rm_nav_con cf">\n'
        '\t\t\t<div class="col col-1">\n\t\t\t\t<ul class="cf"><li class="shouye"><a href="http://www.people.com.cn" target="_blank">首页</a></li>\n'
        + menu("党政", central[:8])
        + menu("要闻", central[8:20])
        + menu("可视化", central[20:])
        + menu("地方", local)
        + menu("多语言", foreign)
        + menu("合作", others)
        + '</ul>\n\t\t\t</div>\n\t\t</div>\n\t</div>\n    <div class="nav_more_con cf">\n\t\t<i class="more_btn"></i>\n\t\t<div class="layout cf">\n'
        '\t\t\t<h1 class="cf"><img src="/img/2020peopleindex/img/logo_red.png" alt=""></h1>\n\t\t\t<h3 class="cf">报系</h3>\n'
        + "".join(f'<a href="http://paper{k}.example/" target="_blank">报刊{k}</a>\n' for k in range(24))
        + f"\t\t</div>\n\t</div>\n{_advert(dice)}"
    )


def _ranking(tell: Teller, dice: Dice, name: str, count: int) -> str:
    rows = "".join(
        f'<li class="ranking_key"><span>{k}</span><a href="http://{dice.pick(_CENTRAL)}.people.com.cn/n1/2024/0504/c1004-{dice.between(40000000, 40999999)}.html" '
        f'target="_blank">{tell.one(tell.topic.titles)}</a></li>'
        for k in range(1, count + 1)
    )
    return f'<div class="rm_ranking cf">\n<h3>热门排行</h3>\n<b></b>\n<ul class="{name}">{rows}</ul>\n</div>\n'


def _rm_foot(year: int, dice: Dice) -> str:
    links = '<span class="xian">|</span>\n'.join(
        f'<a href="http://www.people.com.cn/GB/{dice.between(1000, 9999)}/index.html" target="_blank">页脚链接{k}</a>'
        for k in range(12)
    )
    icons = "".join(f'<a href="#"><img src="/img/2020peopleindex/img/copy_icon{k}.png" alt=""></a>\n' for k in range(6))
    return (
        f'<!--footer-->\n\t<div class="rm_footer cf">\n\t\t<div class="layout information cf">\n<p>{links}</p>\n'
        f'<p class="copyright">\n样 刊<br>\nCopyright © 1997-{year} sample pages\n</p>\n<p class="attestation">\n{icons}</p>\n</div>\n\t</div>\n'
        '\t<div class="txt_float_r">\n\t\t<ul>\n\t\t\t<li class="btn_comment"><span><em></em>评论</span></li>\n'
        '\t\t\t<li class="btn_share section-common-share-wrap"><span class="btn_share_common"><em></em>分享</span></li>\n'
        f"\t\t</ul>\n\t</div>\n</div>\n{_style(dice, 5)}{_script(dice, 14)}"
    )


def _advert(dice: Dice) -> str:
    slot = dice.between(1000000, 9999999)
    return (
        '<script>\n(function() {\n    var s = "_" + Math.random().toString(36).slice(2);\n'
        f"    (window.slots = window.slots || []).push({{ id: '{slot}', container: s, size: '300,250' }});\n}})();\n"
        f'</script><div id="_slot{slot}"></div>\n'
    )


def _style(dice: Dice, rules: int) -> str:
    names = [f"{dice.pick(('box', 'nav', 'btn', 'txt', 'pic'))}_{dice.below(900)}" for _ in range(rules)]
    return (
        '<style type="text/css">\n<!--\n'
        + "".join(
            f".{name} {{\n margin: {dice.below(20)}px;\n padding: {dice.below(9)}px;\n border: 1px solid #{dice.below(4096):03x};\n"
            f" font-size: {dice.between(12, 24)}px;\n background-color: #{dice.below(4096):03x};\n}}\n"
            for name in names
        )
        + "-->\n</style>\n"
    )


def _script(dice: Dice, functions: int) -> str:
    return (
        '<script type="text/javascript">\n'
        + "".join(
            f"function show{dice.below(10**6)}(id, step) {{\n\tvar box = document.getElementById(id + '_{k}');\n"
            f"\tif (box == null) {{ return false; }}\n\tfor (var i = 0; i < {dice.between(2, 40)}; i++) {{\n"
            f"\t\tbox.style.left = (i * step + {dice.below(300)}) + 'px';\n\t\tif (i > {dice.below(40)}) {{ box.className = 'on{k}'; }}\n"
            "\t}\n\treturn true;\n}\n"
            for k in range(functions)
        )
        + "</script>\n"
    )
