"""Who sent a dispatch and from where: 人民网济南 of 人民网济南2月6日电, parted into agency and place."""

from __future__ import annotations

import re
from typing import NamedTuple

_KNOWN = re.compile(
    "人民网|人民日报|新华社|新华网|中新社|中新网|中国新闻网|光明网|央视网|本报|本网|本刊|中国网|中青网|经济日报|光明日报"
    "|海外网|环球网|央广网|中国日报|中国经济网|国际在线|中国青年报|科技日报|工人日报|农民日报|法治日报|央视新闻|中国之声"
    "|澎湃新闻|封面新闻|界面新闻|人民網|新華社|本報"
)
_PAPER = r"(?<!电)(?:网(?![友民络店站购吧])|社(?![区会员团长])|报(?![告道刊名价警考社])|報|網)"
_OTHER = re.compile(rf"[^\s、]{{1,7}}?{_PAPER}")
_GOES_ON = re.compile(rf"业(?:集团)?|.*(?:{_PAPER}|客户端|海外版|频道|闪电新闻|(?<=[·—-])\S{{2,6}}新闻)")
_BETWEEN = " \u3000\u00a0·—-"
_NO_PLACE = re.compile(r"记者|記者|通讯员|客户端|最新|综合|独家|快讯|据|报道|消息|假期|期间|[第近每前后今昨]$")
_LOCAL_TIME = re.compile(r"当地(?:时间)?$|時間$")
_LONGEST_PLACE = 12


class Sender(NamedTuple):
    """Agency and place, which is empty where none is printed; `known` tells that the agency is one of a list."""

    agency: str
    place: str
    known: bool


def sender_of(words: str) -> Sender | None:
    """The words before a dispatch's day parted (中国日报网北京, 齐鲁网·闪电新闻北京); None where they name no sender.

    A place has two characters at least, so that 淘宝网店 is none; only an agency that is known does without.
    """
    known = _KNOWN.match(words)
    found = known or _OTHER.match(words)
    if not found:
        return None
    end = found.end()
    if more := _GOES_ON.match(words[end:]):
        end += more.end()
    place = _LOCAL_TIME.sub("", words[end:].strip(_BETWEEN))
    if _NO_PLACE.search(place) or len(place) == 1 or len(place) > _LONGEST_PLACE or not (place or known):
        return None
    return Sender(agency=words[:end].strip(), place=place, known=bool(known))
