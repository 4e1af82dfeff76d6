"""Compose: from a plan to the finished piece, in its first or its corrected version."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from difang.samplesite import bylines
from difang.samplesite.blocks import Opening, pages_of
from difang.samplesite.channels import Channel
from difang.samplesite.dice import Dice
from difang.samplesite.language import frames
from difang.samplesite.names import people
from difang.samplesite.piece import Block, Piece, Text
from difang.samplesite.plan import Layout, Plan
from difang.samplesite.variants import Variants

CORRECTED = "（更正）"
_FULL = (Layout.A, Layout.A_PRIME, Layout.B, Layout.C, Layout.C_PRIME)
_NUMBER = re.compile(r"\d+")
_editor_pool = lru_cache(maxsize=64)(bylines.editor_pool)


def fitted(plan: Plan, variants: Variants) -> Variants:
    """The variants without what the layout or the kind cannot print."""
    v = variants
    if plan.layout not in _FULL:
        v = replace(v, pre_title=False, subtitle=False, credits="head" if v.credits == "byline" else v.credits)
    if plan.layout not in (Layout.B, Layout.C, Layout.C_PRIME):
        at = "block" if v.editors_at == "outside" else v.editors_at
        v = replace(v, paper=False, otitle="absent", editors_at=at)
    if plan.kind in ("gallery", "interview", "special"):
        v = replace(v, credits="none", dateline="none", paper=False)
    if plan.kind in ("video", "special"):
        v = replace(v, pages=1, credits="none" if v.credits in ("tail", "ending") else v.credits)
    if v.editors_at == "last":
        v = replace(v, pages=v.pages if plan.kind == "gallery" else 1)
    if v.editors_at == "last" and (plan.kind == "gallery" or v.editors in ("hollow", "empty", "absent")):
        v = replace(v, editors_at="block")
    return v


def compose(
    plan: Plan,
    variants: Variants,
    *,
    seed: int,
    related: tuple[tuple[str, str], ...],
    corrections: tuple[str, ...],
    modified: datetime,
) -> Piece:
    """The piece; each of `corrections` (title, number, editor) makes one more version of it."""
    v = fitted(plan, variants)
    dice, tell = plan.dice(seed, "piece"), plan.story.teller
    # The story's paragraphs are told before anything else asks its teller, so that reprints stay alike.
    _ = plan.story.paragraphs
    tell.dice = dice
    writers = people(dice, plan.channel.slug, v.reporters + v.correspondents)
    reporters, correspondents = _writers(v, writers)
    printed, dateline = bylines.dateline(dice, v.dateline, plan.published, _places(plan.channel))
    opening = Opening(dateline=printed, reporters=reporters, correspondents=correspondents)
    names = bylines.editors(dice, _editor_pool(seed, plan.channel.slug), v)
    source, source_url, paper = _source(plan, v, dice)
    piece = Piece(
        channel=plan.channel,
        number=plan.number,
        url=plan.url,
        layout=plan.layout,
        variants=v,
        kind=plan.kind,
        published=plan.published,
        modified=modified,
        version=1,
        title=plan.title,
        pre_title=tell.one(plan.story.topic.heads) if v.pre_title else None,
        subtitle=f"——{tell.one(plan.story.topic.quotes)}" if v.subtitle else None,
        original_title=tell.one(plan.story.topic.titles) if v.otitle == "filled" else None,
        byline=bylines.author_line(v, reporters, correspondents) if v.credits == "byline" else None,
        reporters=reporters,
        correspondents=correspondents,
        editors=names,
        editor_line=bylines.editor_line(v.editors, names),
        dateline=dateline,
        source=source,
        source_url=source_url,
        keywords=_keywords(plan, dice),
        paper=paper,
        sections=_sections(plan),
        pages=pages_of(plan, v, opening, dice),
        related=related,
        story=plan.story.key,
    )
    for correction in corrections:
        piece = replace(_corrected(piece, correction, seed), version=piece.version + 1)
    return piece


def _writers(v: Variants, writers: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if v.credits == "none":
        return (), ()
    if v.credits == "ending":
        return writers[: v.reporters], ()
    return writers[: v.reporters], writers[v.reporters :]


def _places(channel: Channel) -> tuple[str, ...]:
    cities = tuple(city for city in channel.cities if not city.endswith(("区", "县")))
    return (channel.seat, *cities)


def _source(plan: Plan, v: Variants, dice: Dice) -> tuple[str | None, str | None, tuple[str, str] | None]:
    if v.paper:
        name = plan.story.teller.say(frames("papers")[dice.below(4)])
        url = f"http://paper.people.com.cn/rmrb/html/{plan.published:%Y-%m/%d}/nw.{plan.number}.htm"
        linked = v.source == "link"
        return f"人民网－{name}", url if linked else None, (name, f"{dice.between(1, 20):02d}")
    if v.source == "missing":
        return None, None, None
    own = dice.chance(0.6) or v.source == "original"
    name = f"人民网-{plan.channel.name}" if own else plan.story.teller.line("sources_out")
    url = f"http://{plan.channel.host}/" if own else f"http://www.{plan.channel.slug}-news.example/{plan.number}.html"
    return name, url if v.source == "link" else None, None


def _keywords(plan: Plan, dice: Dice) -> tuple[str, ...]:
    things = dice.shuffled(plan.story.topic.things)[: dice.between(2, 4)]
    words = (plan.story.topic.name, plan.story.teller.city(0), *things) if dice.chance(0.8) else ()
    return tuple(dict.fromkeys(words))


def _sections(plan: Plan) -> tuple[tuple[str, str], ...]:
    channel, column = plan.channel, plan.column
    found = [(channel.name, f"http://{channel.host}/")]
    found += [(c.name, f"http://{channel.host}{c.path}index.html") for c in map(channel.column, column.above)]
    if plan.kind == "interview":
        return (*found, ("访谈", f"http://{channel.host}{column.path}index.html"))
    return (*found, (column.name, f"http://{channel.host}{column.path}index.html"))


def _corrected(piece: Piece, correction: str, seed: int) -> Piece:
    """The next version: one thing is different."""
    if correction == "editor" and piece.editors:
        pool = [name for name in _editor_pool(seed, piece.channel.slug) if name not in piece.editors]
        names = (Dice(seed, "other editor", piece.number, piece.version).pick(pool), *piece.editors[1:])
        line = bylines.editor_line(piece.variants.editors, names)
        return replace(piece, editors=names, editor_line=line)
    if correction != "title" and (pages := _renumbered(piece.pages)) != piece.pages:
        return replace(piece, pages=pages)
    return replace(piece, title=f"{piece.title}{CORRECTED}")


def _renumbered(pages: tuple[tuple[Block, ...], ...]) -> tuple[tuple[Block, ...], ...]:
    """The last number of a paragraph of page 1, one higher; the first paragraph, which may hold a dateline, stays."""
    first = list(pages[0])
    plain = [(at, block) for at, block in enumerate(first) if isinstance(block, Text) and block.style == "plain"]
    for at, block in plain[1:]:
        if found := list(_NUMBER.finditer(block.text)):
            start, end = found[-1].span()
            text = f"{block.text[:start]}{int(found[-1].group()) + 1}{block.text[end:]}"
            first[at] = replace(block, text=text, mark=None)
            return (tuple(first), *pages[1:])
    return pages
