"""Images of the body, with the captions they have."""

from __future__ import annotations

import re
from datetime import date, timedelta

from lxml import etree

from difang.ingest.article import Image
from difang.ingest.extract.captions import Captions
from difang.ingest.extract.document import absolute
from difang.ingest.extract.lines import MARKED, is_hidden
from difang.ingest.extract.nearest import Nearest
from difang.ingest.extract.prose import Prose
from difang.ingest.extract.text import NEVER_TEXT
from difang.ingest.extract.trail import Trail

_FURNITURE = re.compile(r"^/img/|/img/20\d\d|\.gif\?|/adv/|^chrome-extension|^data:")
_DAY_IN_PATH = re.compile(r"/(\d{4})/?(\d{2})/?(\d{2})/")


def take_images(body: etree._Element, base: str) -> list[Image]:
    """The images of the body in printed order, each address once; captions and picture tables are taken out of it.

    A caption is the caption cell of an old picture table, or a centred paragraph right after a centred image that ends
    in 摄 or begins with 图 or ▲. Furniture of the site (arrows, share buttons) is no image of the article. The place of
    each image is marked in the text of the body.
    """
    captions = Captions(body)
    unseen = Nearest(lambda element: element.tag in NEVER_TEXT or is_hidden(element), below=body)
    marked = []
    found: dict[str, str | None] = {}
    for element in list(body.iter("img")):
        url = absolute(base, element.get("src"))
        if url is None or _FURNITURE.search(element.get("src") or "") or unseen.of(element) is not None:
            continue
        if url not in found:
            marked.append(element)
        caption = captions.take(element)  # taken out of the body at each place the image stands
        found[url] = found.get(url) or caption
    for element in marked:
        element.tag = MARKED
    return [Image(url=url, caption=caption) for url, caption in found.items()]


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
