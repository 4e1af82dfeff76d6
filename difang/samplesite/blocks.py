"""Blocks: the body of one article as paragraphs, pictures, tables and lists, page by page."""

from __future__ import annotations

from dataclasses import dataclass

from difang.samplesite.bylines import head_credit, tail_credit
from difang.samplesite.dice import Dice
from difang.samplesite.language import frames
from difang.samplesite.names import person
from difang.samplesite.piece import Block, Items, Picture, Rows, Text
from difang.samplesite.plan import Layout, Plan
from difang.samplesite.variants import Variants

_OLD = (Layout.A, Layout.A_PRIME, Layout.CONTENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What is printed before and after the story itself: dateline and the people who wrote it."""

    dateline: str
    reporters: tuple[str, ...]
    correspondents: tuple[str, ...]


def pages_of(plan: Plan, variants: Variants, opening: Opening, dice: Dice) -> tuple[tuple[Block, ...], ...]:
    """The blocks of each page, for every kind of article."""
    if plan.kind == "gallery":
        return _gallery(plan, variants, dice)
    if plan.kind == "interview":
        return _split(_interview(plan, dice), variants.pages)
    texts = _texts(plan, variants, opening, dice)
    if plan.kind in ("video", "special"):
        return (tuple(texts[:2]),)
    return _split(_with_extras(texts, plan, variants, dice), variants.pages)


def _texts(plan: Plan, variants: Variants, opening: Opening, dice: Dice) -> list[Text]:
    story = [Text(text=s.text, style="head" if s.head else "plain") for s in plan.story.paragraphs]
    if plan.reprint and len(story) > 4 and dice.chance(0.3):
        del story[-2]  # a reprint is sometimes cut
    if variants.running_editor and len(story) > 2:
        sentence = plan.story.teller.say(dice.pick(frames("running_editors")))
        story.insert(len(story) // 2, Text(text=sentence))
    credit = head_credit(variants, opening.reporters, opening.correspondents) if variants.credits == "head" else ""
    if prefix := opening.dateline:
        prefix += dice.pick(("", " ", "\u3000")) if credit else dice.pick((" ", "\u3000"))
    story[0] = Text(text=f"{prefix}{credit}{story[0].text}")
    if variants.credits == "ending" and opening.reporters:
        last = story[-1].text
        story[-1] = Text(text=f"{last}（记者 {'、'.join(opening.reporters)}）")
    if variants.credits == "tail":
        story.append(Text(text=tail_credit(variants, opening.reporters, opening.correspondents)))
    return _marked(story, dice) if variants.marks else story


def _marked(story: list[Text], dice: Dice) -> list[Text]:
    at = dice.below(len(story))
    text = story[at]
    if text.style == "head" or len(text.text) < 30 or at in (0, len(story) - 1):
        return story
    start = dice.between(4, len(text.text) - 14)
    tag = dice.pick(("strong", "red", "link"))
    story[at] = Text(text=text.text, mark=(start, start + dice.between(3, 9), tag))
    return story


def _with_extras(texts: list[Text], plan: Plan, variants: Variants, dice: Dice) -> list[Block]:
    blocks: list[Block] = list(texts)
    inner = max(1, len(blocks) - 2)
    if variants.table:
        blocks.insert(dice.between(1, inner), _table(plan, dice))
    if variants.items:
        items = tuple(plan.story.teller.line("list_items") for _ in range(dice.between(3, 6)))
        blocks.insert(dice.between(1, inner), Items(items=items, ordered=dice.chance(0.5)))
    for at, form in enumerate(variants.picture_forms):
        leads = at == 0 and form in ("captioned", "bare") and dice.chance(0.5)
        place = 0 if leads else _after_text(blocks, dice.between(1, inner))
        blocks[place:place] = _picture(plan, form, at, dice)
    return blocks


def _after_text(blocks: list[Block], place: int) -> int:
    """A place where the block before is text, so that a picture never parts another picture from its caption."""
    while place > 0 and not (isinstance(blocks[place - 1], Text) and blocks[place - 1].lines()):
        place -= 1
    return place


def _table(plan: Plan, dice: Dice) -> Rows:
    heads = tuple(dice.shuffled(frames("cell_heads"))[: dice.between(2, 4)])
    tell = plan.story.teller
    rows = [heads]
    for _ in range(dice.between(2, 6)):
        cells = (tell.county(dice.below(4)), *(str(dice.between(1, 9999)) for _ in heads[1:]))
        rows.append(cells)
    return Rows(rows=tuple(rows))


def _picture(plan: Plan, form: str, at: int, dice: Dice) -> list[Block]:
    tell = plan.story.teller
    path = image_path(plan, at)
    shape = "table" if plan.layout in _OLD and form in ("captioned", "bare") else "centre"
    if form == "captioned":
        caption = _caption(plan, dice)
        return [Picture(path=path, caption=caption, form=shape)]
    picture = Picture(path=path, caption=None, form=shape)
    if form == "followed":
        return [picture, Text(text=tell.line("followers"), style="centre")]
    if form == "plain":
        return [picture, Text(text=f"图上这{dice.between(2, 9)}处地方，{tell.line('data')}")]
    return [picture]


def _caption(plan: Plan, dice: Dice) -> str:
    tell = plan.story.teller
    template = dice.pick(frames(dice.pick(("captions_fig", "captions_up", "captions_by"))))
    return tell.say(template.replace("{name}", person(dice, plan.channel.slug)))


def image_path(plan: Plan, at: int) -> str:
    """Where an image lies: /mediafile/ in old years, /NMediaFile/…/LOCAL….jpg later."""
    day = plan.published
    serial = f"{plan.number}{at:02d}{day:%H%M}"
    if day.year < 2013:
        return f"/mediafile/{day:%Y%m/%d}/F{day:%Y%m%d}{serial}.jpg"
    return f"/NMediaFile/{day:%Y/%m%d}/LOCAL{day:%Y%m%d%H%M}{serial}.jpg"


def _gallery(plan: Plan, variants: Variants, dice: Dice) -> tuple[tuple[Block, ...], ...]:
    texts = [s.text for s in plan.story.paragraphs if not s.head]
    pages: list[tuple[Block, ...]] = []
    for at in range(variants.pages):
        picture = Picture(path=image_path(plan, at), caption=_caption(plan, dice), form="centre")
        pages.append((picture, Text(text=texts[at])) if at < len(texts) else (picture,))
    return tuple(pages)


def _interview(plan: Plan, dice: Dice) -> list[Block]:
    tell, guest = plan.story.teller, person(dice, plan.channel.slug)
    blocks: list[Block] = [Text(text=f"嘉宾：{guest}，{tell.city(0)}{plan.story.topic.bureau}局长")]
    answers = [s.text for s in plan.story.paragraphs if not s.head]
    for question, answer in zip(frames("interview_host"), answers, strict=False):
        blocks += [Text(text=f"主持人：{tell.say(question)}"), Text(text=f"{guest}：{answer}")]
    return blocks


def _split(blocks: list[Block], count: int) -> tuple[tuple[Block, ...], ...]:
    """The blocks in so many pages of about the same length; a page begins and ends with text."""
    count = min(count, len(blocks) // 3) or 1
    cuts = [0]
    for k in range(1, count):
        place = _after_text(blocks, k * len(blocks) // count)
        if place > cuts[-1]:
            cuts.append(place)
    return tuple(tuple(blocks[a:b]) for a, b in zip(cuts, [*cuts[1:], len(blocks)], strict=True))
