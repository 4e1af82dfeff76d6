"""The kind of an article: text, gallery, video, interview, special."""

from __future__ import annotations

import re

from lxml import etree

from difang.ingest.article import Kind
from difang.ingest.extract.document import Document
from difang.ingest.extract.identity import Identity
from difang.ingest.extract.template import Template
from difang.ingest.extract.text import tidy
from difang.ingest.extract.trail import Trail

_PLAYER = re.compile(r"\.(?:mp4|m3u8|flv)\b|player", re.IGNORECASE)
_PLAYER_CALL = "showPlayer("
_TOPIC = "专题报道"
TOPICS = ("topic_list",)
"""The classes of the list a special gathers, old and new; other boxes bear the same heading."""
_VIDEO_CHANNELS = frozenset(("v", "tv"))


def kind_of(
    document: Document,
    template: Template,
    body: etree._Element,
    sections: tuple[str, ...],
    identity: Identity,
    trail: Trail,
) -> Kind:
    """What the template says, else what body and breadcrumb show; read before the body is taken apart."""
    if template.kind is not Kind.ARTICLE:
        trail.note("kind", "template", template.name)
        return template.kind
    if identity.host.channel in _VIDEO_CHANNELS or _has_player(document, body):
        trail.note("kind", "a player in the body, or a video channel", identity.host.channel)
        return Kind.VIDEO
    if any(name.encode() in document.utf8 for name in TOPICS) and any(map(_heads_topics, document.subheadings())):
        trail.note("kind", "heading of a list of reports", _TOPIC)
        return Kind.SPECIAL
    last = sections[-1] if sections else ""
    for words, kind in (
        (("访谈", "訪談"), Kind.INTERVIEW),
        (("专题", "專題"), Kind.SPECIAL),
        (("图片", "图集"), Kind.GALLERY),
    ):
        if any(word in last for word in words):
            trail.note("kind", "breadcrumb", last)
            return kind
    trail.note("kind", "neither series, player, topic nor a column of talks", last)
    return Kind.ARTICLE


def _heads_topics(heading: etree._Element) -> bool:
    around = heading.getparent()
    return (
        around is not None
        and tidy(heading.text) == _TOPIC
        and not set(TOPICS).isdisjoint((around.get("class") or "").split())
    )


def _has_player(document: Document, body: etree._Element) -> bool:
    if _PLAYER_CALL in document.source:
        scripts = (*body.itersiblings("script", preceding=True), *body.iter("script"))
        if any(_PLAYER_CALL in (script.text or "") for script in scripts):
            return True
    for element in body.iter("video", "embed", "object", "iframe"):
        if element.tag == "video" or _PLAYER.search(element.get("src") or element.get("data") or ""):
            return True
    return False
