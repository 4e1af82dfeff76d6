"""Credits: editor lines, author lines, reporters at the head and tail of the body, datelines."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from difang.samplesite.dice import Dice
from difang.samplesite.names import people
from difang.samplesite.variants import Variants


def padded(name: str) -> str:
    """王芳 as 王 芳; longer names stay."""
    return f"{name[0]} {name[1]}" if len(name) == 2 else name


def editor_line(form: str, names: tuple[str, ...]) -> str:
    """The editor line in one of its printed forms (see variants.EDITORS)."""
    listed = "、".join(names)
    if form == "intern":
        marked = (f"{names[0]}（实习）", *names[1:]) if len(names) > 1 else (f"{names[0]}（实习生）",)
        return f"(责编：{'、'.join(marked)})"
    return {
        "paren": f"(责编：{listed})",
        "full": f"（责任编辑：{listed}）",
        "bracket": f"[责任编辑：{' '.join(map(padded, names))}]",
        "colon": f"(责编:{listed})",
        "padded": f"(责编：{'、'.join(map(padded, names))})",
        "comma": f"(责编：{'，'.join(names)})",
        "spaces": f"（责编：{' '.join(names)}）",
        "hollow": "(责编：)",
        "empty": "",
        "absent": "",
    }[form]


def editor_pool(seed: int, slug: str) -> tuple[str, ...]:
    """The editors of a channel: a dozen people, the same all year."""
    return people(Dice(seed, "editors", slug), slug, 12)


def editors(dice: Dice, pool: tuple[str, ...], variants: Variants) -> tuple[str, ...]:
    """Who edited one article; nobody where the line says nobody."""
    if variants.editors in ("hollow", "empty", "absent"):
        return ()
    return tuple(dice.shuffled(pool)[: variants.editor_count])


def author_line(variants: Variants, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> str:
    """本报记者  王乐文  方  敏, as the author line prints it (names of two characters padded)."""
    pad = (lambda name: f"{name[0]}  {name[1]}" if len(name) == 2 else name) if variants.padded else str
    names = "  ".join(map(pad, reporters))
    label = ("本报记者  ", "人民网记者 ", "记者 ", "本报记者：")[variants.credit_form]
    if variants.credit_form == 2:
        names = "、".join(reporters)
    if not correspondents:
        return f"{label}{names}"
    return f"{label}{names}  通讯员  {'  '.join(map(pad, correspondents))}"


def head_credit(variants: Variants, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> str:
    """（记者钱伟） at the head of the body."""
    form = variants.credit_form
    joiner, gap = ("、", "") if form < 2 else (" ", " ")
    extra = f" 通讯员{gap}{joiner.join(correspondents)}" if correspondents else ""
    label = "本报记者" if form == 3 else "记者"
    return f"（{label}{gap}{joiner.join(reporters)}{extra}）"


def tail_credit(variants: Variants, reporters: tuple[str, ...], correspondents: tuple[str, ...]) -> str:
    """□ 本报记者 葛灵丹 as the last paragraph."""
    names = " ".join(map(padded if variants.padded else str, reporters))
    extra = f" 通讯员 {' '.join(correspondents)}" if correspondents else ""
    text = f"本报记者 {names}{extra}"
    return (f"□ {text}", f"（{text}）", f"□{text}", f"（记者 {names}{extra}）")[variants.credit_form]


def dateline(
    dice: Dice, form: str, published: datetime, places: tuple[str, ...]
) -> tuple[str, dict[str, str | None] | None]:
    """The dateline as printed and as the truth tells it: 人民网济南2月6日电; slip is 本报讯, which names no place.

    Half of those printed on 1 January are of 31 December, so the year is the one before.
    """
    if form == "none":
        return "", None
    if form == "slip":
        return "本报讯", None
    agency = dice.weighted((("人民网", 75), ("新华社", 15), ("本报", 6), ("中新社", 4)))
    place = dice.pick(places)
    if form == "undated":
        return f"{agency}{place}电", {"agency": agency, "place": place, "date": None}
    back = 1 if dice.chance(0.5 if (published.month, published.day) == (1, 1) else 0.3) else 0
    day: date = published.date() - timedelta(days=back)
    printed = f"{agency}{place}{day.month}月{day.day}日电"
    return printed, {"agency": agency, "place": place, "date": day.isoformat()}
