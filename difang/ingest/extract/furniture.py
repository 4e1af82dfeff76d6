"""Lines that belong to the site and not to the text: share lines, pagers, promotions."""

from __future__ import annotations

import re

from difang.ingest.extract.lines import Line

_MEDIA = r"(?:更多|新浪|腾讯|搜狐|网易|微信|微博|朋友圈?|好友|您的|我的|QQ|空间|人人|豆瓣|开心|百度|贴吧|网|和|或|至)"
_ACCOUNT = r"(?:微信|微博|公众号|视频号|抖音号?|头条号|客户端|小程序)"
_OWN = rf"(?:我们|人民网|人民日报|{_ACCOUNT})"
_SHARE = re.compile(
    rf"^(?:分享(?:让更多人看到|讓更多人看到|到[:：]?(?:[\s、/|,，]*{_MEDIA})*[。！]?)"
    r"|分享到[:：]?(?!了)[^，。！？；”]{0,20}|关注公众号[:：][^，。！？；]{1,20}"
    r"|(?:微信)?扫一扫(?![^，,。]*[，,](?!.*(?:分享|关注|下载|手机|阅读|打开|看|公众号|二维码|朋友圈))).{0,16}(?<![。！？；])"
    r"|(?:请|欢迎)?(?:用?(?:微信|手机)[\s，,]*)?(?:扫码|扫描|长按|识别|扫一扫)[^。！？；：]{0,14}?(?:关注|下载|进入)[^，。！？；：]{0,6}?"
    rf"{_OWN}[^，。！？；：]{{0,10}}|欢迎关注[^，。！？；：]{{0,16}}{_ACCOUNT}|(?:扫一扫)?提供新闻线索|(?:人民日报)?客户端下载|我要评论|点击进入专题"
    r"|版权所有|人 民 网 版 权 所 有.{0,40}"
    r"|(?:[【\[]?(?:打印|纠错|留言|收藏|关闭|评论|复制链接)[】\]]?(?:[\s|/]+|$)){2,}|【?打印】?|【?关闭】?)$"
)
_PAGER = re.compile(
    r"^(?:[\s|]|[【\[(（<]\d{1,3}[】\])）>]|上一页|下一页|首页|尾页|末页|上一頁|下一頁|第\d+页|共\d+页|\d{1,3}(?=\s|$))+$"
)
_PROMOTION = re.compile(r"^[【\[]?(?:点击|點擊|更多|查看|>>|》》)|(?:>>|》》|＞＞)$")


def is_furniture(line: Line) -> bool:
    """Whether the line belongs to the site and not to the text: share line, pager, promotion."""
    words = line.words
    if len(words) > 60:
        return False
    if _SHARE.match(words) or (line.linked and _PROMOTION.search(words)):
        return True
    return bool(_PAGER.match(words)) and (line.has_link or "页" in words or "【" in words)
