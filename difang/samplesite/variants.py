"""Variants: in which of its printed forms each field of one article appears."""

from __future__ import annotations

from dataclasses import dataclass

from difang.samplesite.dice import Dice

EDITORS = (
    ("paren", 50),  # (责编：甲、乙)
    ("full", 12),  # （责任编辑：甲、乙）
    ("bracket", 6),  # [责任编辑：甲 乙]
    ("colon", 4),  # (责编:甲、乙)
    ("padded", 5),  # (责编：王 芳、李强)
    ("intern", 4),  # (责编：甲（实习）、乙)
    ("comma", 3),  # (责编：甲，乙)
    ("spaces", 4),  # （责编：甲 乙）
    ("hollow", 1),  # (责编：)
    ("empty", 4),  # the block is there and holds nothing
    ("absent", 1),  # no block at all
)
EDITORS_AT = (("block", 90), ("outside", 5), ("last", 5))
CREDITS = (("none", 35), ("byline", 22), ("head", 23), ("tail", 12), ("ending", 8))
SOURCES = (("link", 60), ("plain", 22), ("original", 9), ("missing", 9))
DATELINES = (("none", 60), ("dated", 34), ("undated", 2), ("slip", 4))
RELATED = (("after", 70), ("inside", 12), ("paragraphs", 6), ("none", 12))
DECLARED = (("honest", 88), ("header", 4), ("meta", 5), ("silent", 3))


@dataclass(frozen=True, kw_only=True, slots=True)
class Variants:
    """One form for each field; `encoding` is utf-8 or gb18030 (the bytes), `declared` how it is labelled.

    declared: honest; header (the HTTP header names the other encoding); meta (UTF-8 bytes that still declare GB2312,
    or the two labels disagree); silent (no charset in the header).
    """

    encoding: str
    declared: str
    bom: bool
    editors: str
    editors_at: str
    editor_count: int
    credits: str
    credit_form: int
    correspondents: int
    reporters: int
    padded: bool
    source: str
    dateline: str
    related: str
    pre_title: bool
    subtitle: bool
    otitle: str  # absent, empty, filled
    paper: bool
    contentid: bool
    share: bool
    qr: bool
    trail: bool  # the site trail in <title>
    indent: str  # css or spaces: how paragraphs are indented
    entities: bool  # quotation marks and spaces of the title as entities
    table: bool
    items: bool
    picture_forms: tuple[str, ...]
    running_editor: bool
    marks: bool
    empty_heading: bool  # an empty h1 before the real one
    pages: int
    sub_layout: int


def draw(dice: Dice, *, year: int, utf8_from: int, kind: str) -> Variants:
    """The variants of one article."""
    encoding = "utf-8" if year >= utf8_from or dice.chance(0.05) else "gb18030"
    return Variants(
        encoding=encoding,
        declared=dice.weighted(DECLARED),
        bom=encoding == "utf-8" and dice.chance(0.03),
        editors=dice.weighted(EDITORS),
        editors_at=dice.weighted(EDITORS_AT),
        editor_count=dice.weighted(((1, 20), (2, 68), (3, 9), (4, 3))),
        credits=dice.weighted(CREDITS),
        credit_form=dice.below(4),
        correspondents=dice.weighted(((0, 70), (1, 20), (2, 10))),
        reporters=dice.weighted(((1, 55), (2, 35), (3, 10))),
        padded=dice.chance(0.4),
        source=dice.weighted(SOURCES),
        dateline=dice.weighted(DATELINES),
        related=dice.weighted(RELATED),
        pre_title=dice.chance(0.1),
        subtitle=dice.chance(0.08),
        otitle=dice.weighted((("absent", 50), ("empty", 25), ("filled", 25))),
        paper=dice.chance(0.06),
        contentid=dice.chance(0.95),
        share=dice.chance(0.8),
        qr=dice.chance(0.3),
        trail=dice.chance(0.5),
        indent=dice.pick(("css", "spaces")),
        entities=dice.chance(0.1),
        table=dice.chance(0.06),
        items=dice.chance(0.06),
        picture_forms=_pictures(dice),
        running_editor=dice.chance(0.04),
        marks=dice.chance(0.3),
        empty_heading=dice.chance(0.15),
        pages=_pages(dice, kind),
        sub_layout=dice.below(3),
    )


def _pictures(dice: Dice) -> tuple[str, ...]:
    count = dice.weighted(((0, 50), (1, 30), (2, 14), (3, 6)))
    # captioned: a centred paragraph that is a caption; bare: nothing after; followed: a centred paragraph that is
    # body; plain: an ordinary paragraph beginning with 图, body too.
    forms = (("captioned", 55), ("bare", 25), ("followed", 12), ("plain", 8))
    return tuple(dice.weighted(forms) for _ in range(count))


def _pages(dice: Dice, kind: str) -> int:
    if kind == "gallery":
        return dice.between(2, 7)
    if kind == "interview":
        return dice.between(1, 3)
    return dice.weighted(((1, 94), (2, 3), (3, 2), (4, 1)))
