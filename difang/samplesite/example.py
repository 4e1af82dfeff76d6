"""Examples: one article in any layout and any printed form of its fields, for golden pages and adversarial tests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from difang.samplesite.calendar import CHINA
from difang.samplesite.compose import compose
from difang.samplesite.edition import Edition
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Fate, Layout, Plan, path_of
from difang.samplesite.response import Response
from difang.samplesite.story import Story
from difang.samplesite.variants import Variants

_DAYS = {
    Layout.A: datetime(2010, 6, 8, 9, 5, tzinfo=CHINA),
    Layout.A_PRIME: datetime(2013, 9, 16, 14, 20, tzinfo=CHINA),
    Layout.B: datetime(2018, 3, 27, 8, 18, tzinfo=CHINA),
    Layout.C: datetime(2022, 2, 13, 7, 48, tzinfo=CHINA),
    Layout.C_PRIME: datetime(2025, 11, 5, 16, 31, tzinfo=CHINA),
    Layout.HEALTH: datetime(2024, 4, 7, 10, 2, tzinfo=CHINA),
    Layout.GRAY: datetime(2014, 10, 9, 11, 44, tzinfo=CHINA),
    Layout.TXTCON: datetime(2019, 8, 1, 17, 9, tzinfo=CHINA),
    Layout.CONTENT: datetime(2011, 5, 3, 12, 12, tzinfo=CHINA),
    Layout.PIC: datetime(2017, 12, 30, 18, 55, tzinfo=CHINA),
    Layout.PICG: datetime(2013, 1, 4, 8, 40, tzinfo=CHINA),
}
PLAIN = Variants(
    encoding="utf-8",
    declared="honest",
    bom=False,
    editors="paren",
    editors_at="block",
    editor_count=2,
    credits="none",
    credit_form=0,
    correspondents=0,
    reporters=1,
    padded=False,
    source="link",
    dateline="none",
    related="after",
    pre_title=False,
    subtitle=False,
    otitle="absent",
    paper=False,
    contentid=True,
    share=True,
    qr=False,
    trail=True,
    indent="css",
    entities=False,
    table=False,
    items=False,
    picture_forms=(),
    running_editor=False,
    marks=False,
    empty_heading=False,
    pages=1,
    sub_layout=0,
)
"""The plainest article: each field in its commonest form, nothing else on the page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One article: its truth, and the address and response of each of its pages."""

    truth: dict[str, Any]
    pages: tuple[tuple[str, Response], ...]

    @property
    def url(self) -> str:
        """The address of page 1."""
        return self.pages[0][0]

    @property
    def body(self) -> bytes:
        """The bytes of page 1."""
        return self.pages[0][1].body


def layout_of(name: str) -> Layout:
    """The layout of a name as truth prints it (A′) or as code spells it (A_PRIME); raises ValueError."""
    try:
        return Layout(name)
    except ValueError:
        if name in Layout.__members__:
            return Layout[name]
    raise ValueError(f"no layout is called {name}; there are {', '.join(Layout)}")


def example_piece(
    edition: Edition, *, generation: str, kind: str, n: int, published: datetime | None, forms: dict[str, Any]
) -> Piece:
    """The piece of an example; `forms` are fields of Variants, and `title` where another headline is wanted."""
    layout, title = layout_of(generation), forms.pop("title", None)
    plan = _plan(edition, layout, kind, n, published or _DAYS[layout])
    if title:
        plan = replace(plan, title=title)
    variants = replace(PLAIN, **forms)
    return compose(
        plan,
        variants,
        seed=edition.planner.seed,
        related=edition.related(plan),
        corrections=(),
        modified=plan.published,
    )


def _plan(edition: Edition, layout: Layout, kind: str, n: int, published: datetime) -> Plan:
    channel = edition.channels[0]
    plan = edition.planner.plan(channel, n)
    story = Story(
        seed=edition.planner.seed,
        key=f"example-{n}",
        channel=channel,
        day=published.date(),
        topic_of=plan.column.name,
    )
    return replace(
        plan,
        published=published,
        layout=layout,
        kind=kind,
        fate=Fate.ARTICLE,
        story=story,
        reprint=False,
        title=story.title,
        correction=None,
        corrected_at=None,
        deleted_at=None,
        host=channel.host,
        path=path_of(published, plan.column, plan.number),
    )
