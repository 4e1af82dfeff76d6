"""Images of the body with their captions; what was read as a caption leaves the body."""

from __future__ import annotations

import re
from datetime import date, timedelta

from lxml import etree

from difang.ingest.article import Image
from difang.ingest.extract.document import absolute
from difang.ingest.extract.lines import IMAGE_MARK, is_hidden
from difang.ingest.extract.prose import Prose
from difang.ingest.extract.text import NEVER_TEXT, remove, set_tail, text_of, tidy
from difang.ingest.extract.trail import Trail

_CAPTION = re.compile(r"^(?:图|圖|▲|△)|[摄攝]\s*[)）]?\s*[。.]?$")
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_FURNITURE = re.compile(r"^/img/|/img/20\d\d|\.gif\?|/adv/|^chrome-extension|^data:")
_BLOCKS = frozenset(("p", "div", "center", "td", "th", "li", "figure", "h1", "h2", "h3", "h4", "dd", "dt"))
_LONGEST_CAPTION = 200
_DAY_IN_PATH = re.compile(r"/(\d{4})/?(\d{2})/?(\d{2})/")


def take_images(body: etree._Element, base: str) -> list[Image]:
    """The images of the body in printed order, each address once; captions and picture tables are taken out of it.

    A caption is the caption cell of an old picture table, or a centred paragraph right after a centred image that ends
    in 摄 or begins with 图 or ▲. Furniture of the site (arrows, share buttons) is no image of the article. The place of
    each image is marked in the text of the body.
    """
    found: dict[str, str | None] = {}
    for element in list(body.iter("img")):
        url = absolute(base, element.get("src"))
        if url is None or _FURNITURE.search(element.get("src") or "") or not _is_shown(element, body):
            continue
        if url not in found:
            set_tail(element, f"{IMAGE_MARK}{element.tail or ''}")
        found[url] = found.get(url) or _caption_of(element, body)
    return [Image(url=url, caption=caption) for url, caption in found.items()]


def _is_shown(element: etree._Element, body: etree._Element) -> bool:
    around: etree._Element | None = element
    while around is not None and around is not body:
        if around.tag in NEVER_TEXT or is_hidden(around):
            return False
        around = around.getparent()
    return True


def without_banner(images: list[Image], prose: Prose, published: date, trail: Trail) -> list[tuple[Image, int]]:
    """The images without those among the related links, and without an old banner below the body that heads them.

    With each stands how many of the body's lines are before it.
    politics-GB-14562-10339009.html heads its related links with a banner ten months older than the article.
    """
    kept = [
        (image, place)
        for number, (image, place) in enumerate(zip(images, prose.places, strict=False))
        if number < prose.images or not _is_old(image.url, published)
    ]
    for image, _ in kept:
        trail.note("images", "image of the body, with its caption", f"{image.url} {image.caption or ''}".strip())
    return kept


def _is_old(url: str, published: date) -> bool:
    found = _DAY_IN_PATH.search(url)
    if not found:
        return False
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return False
    return published - day > timedelta(days=60)


def _caption_of(image: etree._Element, body: etree._Element) -> str | None:
    lineage = [image]
    for ancestor in image.iterancestors():
        if ancestor is body:
            break
        lineage.append(ancestor)
    table = next((element for element in lineage if element.tag == "table"), None)
    if table is not None and _is_picture_table(table):
        return _take_table_caption(image, table)
    block = next((element for element in lineage[1:] if element.tag in _BLOCKS), None)
    if block is None or not any(_is_centred(element) for element in lineage[1:]):
        return None
    return _take_caption_after(block, body)


def _is_picture_table(table: etree._Element) -> bool:
    texts = [text for cell in table.iter("td", "th") if (text := _own_text(cell))]
    return 0 < len(texts) <= sum(1 for _ in table.iter("img")) and max(map(len, texts)) <= _LONGEST_CAPTION


def _own_text(cell: etree._Element) -> str:
    return "" if cell.find(".//td") is not None else text_of(cell)


def _take_table_caption(image: etree._Element, table: etree._Element) -> str | None:
    after = False
    for element in table.iter("img", "td", "th"):
        if element is image:
            after = True
        if element.tag == "img":
            continue
        holds_image = image in element.iterdescendants("img")
        if (after or holds_image) and (text := _own_text(element)):
            _blank(element)
            return text
    return None


def _is_centred(element: etree._Element) -> bool:
    if element.tag == "center" or (element.get("align") or "").lower() in ("center", "middle"):
        return True
    style = element.get("style")
    return bool(style and _CENTRED.search(style))


def _take_caption_after(block: etree._Element, body: etree._Element) -> str | None:
    beside = text_of(block)
    if beside:
        if len(beside) <= _LONGEST_CAPTION and _CAPTION.search(beside):
            _blank(block)
            return beside
        return None
    while (parent := block.getparent()) is not None and parent.tag == "center" and len(parent) == 1 and not parent.tail:
        block = parent
    following = block.getnext()
    if tidy(block.tail):
        return None
    while (
        following is not None and not text_of(following) and following.find(".//img") is None and following.tag != "img"
    ):
        if tidy(following.tail):
            return None
        following = following.getnext()
    if following is None or following.find(".//img") is not None or not _stands_centred(following, body):
        return None
    text = text_of(following)
    if len(text) > _LONGEST_CAPTION or not _CAPTION.search(text):
        return None
    remove(following)
    return text


def _stands_centred(element: etree._Element, body: etree._Element) -> bool:
    around: etree._Element | None = element
    while around is not None and around is not body:
        if _is_centred(around):
            return True
        around = around.getparent()
    return len(element) > 0 and not tidy(element.text) and _is_centred(element[0])


def _blank(block: etree._Element) -> None:
    for part in block.iter():
        if part.tag != "img":
            part.text = None
        if part is not block:
            part.tail = IMAGE_MARK if part.tail and IMAGE_MARK in part.tail else None
