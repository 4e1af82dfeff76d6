"""How an article stood over time: the same older versions, in whatever order its pages come."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby, permutations, product
from pathlib import Path

import pytest

from difang.ingest.arrival import Arrival
from difang.ingest.article import Article
from difang.ingest.decide import Beside, Decision, decide
from difang.ingest.extract.result import PageReading
from difang.ingest.hindsight import late_among
from difang.ingest.index.port import Document
from difang.ingest.outcome import Outcome
from difang.ingest.pieces import SqlitePieces
from difang.ingest.timeline import Stood, histories, past_of, states
from tests.records import article
from tests.unit.test_decide import arrival

SECOND_PAGE = article().url.replace(".html", "-2.html")


def page(text: str, day: int) -> Article:
    return article(title=text, fetched_at=f"2026-01-{day:02}T00:00:00.000000+00:00")


def day_of(made: Article) -> int:
    return int(made.fetched_at[8:10])


@dataclass
class Memory:
    """What index and queue remember of one article between two batches, as the worker uses it."""

    stored: Document | None = None
    kept: dict[str, Article] = field(default_factory=dict)
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    earlier: list[PageReading] = field(default_factory=list)

    def take(self, pages: Sequence[Article]) -> None:
        came, decision = [arrival(one) for one in pages], self.decide([arrival(one) for one in pages])
        if self.stored:
            held, said = self.stored.article, ""
            if corrected := not {Outcome.INDEXED, Outcome.UPDATED}.isdisjoint(decision.outcomes):
                said = max(self.said.get(held.fetched_at, ("",)))
            late = late_among({held.id: came}, {held.id: self.stored}, {held.id: said})
            if said or late or (corrected and self.earlier):
                decision = self.decide(came, said, looked=bool(late or (corrected and self.earlier)))
        self.stored = decision.document or self.stored
        assert self.stored
        beside = decision.beside or Beside()
        said_again = [(self.stored.article.fetched_at, decision.said_again)] if decision.said_again else []
        for held_at, said_at in (*said_again, *((one.held_at, one.said_at) for one in beside.said_before)):
            self.said[held_at] = (*self.said.get(held_at, ()), said_at)
        self.earlier += [PageReading(article=one, page=1) for one in beside.begun]
        for one in decision.superseded:
            self.kept.setdefault(one.fetched_at, one)
        for one in beside.spare:
            del self.kept[one.fetched_at]

    def decide(self, came: Sequence[Arrival], said: str = "", *, looked: bool = False) -> Decision:
        kept, said_until, readings = {"": [*self.kept.values()]}, {"": self.said}, {"": self.earlier}
        history = histories([""], kept, said_until, readings)[""] if looked else None
        return decide(came, stored=self.stored, parts=[], sightings=[], said_again=said, history=history)

    @property
    def versions(self) -> list[tuple[str, int]]:
        """Text and day of what is kept and held, oldest first."""
        assert self.stored
        every = [*sorted(self.kept.values(), key=lambda one: one.fetched_at), self.stored.article]
        return [(str(one.title), day_of(one)) for one in every]

    def reprocessed(self, pages: Iterable[Article]) -> Memory:
        """As reading the archive again leaves it."""
        assert self.stored
        held = self.stored.article
        kept = [Stood(article=one, again=self.said.get(at, ())) for at, one in self.kept.items()]
        past = past_of(held, held=Stood(article=held), kept=kept, observed=pages)
        assert past
        spare = {one.fetched_at for one in past.spare}
        left = {at: one for at, one in self.kept.items() if at not in spare}
        return replace(self, kept={**left, **{one.fetched_at: one for one in past.lacking}})


def in_order(texts: Sequence[str]) -> list[tuple[str, int]]:
    """The first of each run of the same text, and its day."""
    runs = groupby(enumerate(texts, start=1), key=lambda pair: pair[1])
    return [(text, next(run)[0]) for text, run in runs]


def batches(pages: Sequence[Article], cuts: Sequence[bool]) -> Iterator[Sequence[Article]]:
    """The pages, cut behind each where it is so told."""
    batch: list[Article] = []
    for one, cut in zip(pages, [*cuts, True], strict=True):
        batch.append(one)
        if cut:
            yield batch
            batch = []


def check(texts: Sequence[str], order: Sequence[int], cuts: Sequence[bool]) -> None:
    pages = [page(text, day) for day, text in enumerate(texts, start=1)]
    memory = Memory()
    for batch in batches([pages[number] for number in order], cuts):
        memory.take(batch)
    true = in_order(texts)
    told = f"{texts} in order {order}, batches {cuts}"
    assert memory.versions[-1][0] == true[-1][0], told
    assert memory.versions[:-1] == true[:-1], told
    mended = memory.reprocessed(pages)
    assert mended.versions[:-1] == true[:-1], told
    assert mended.reprocessed(pages) == mended, told


@pytest.mark.parametrize("texts", [t for n in (1, 2, 3, 4) for t in product("甲乙丙", repeat=n) if t[0] == "甲"])
def test_versions_are_the_same_in_every_order_and_every_batches(texts: tuple[str, ...]) -> None:
    """Up to four pages of up to three texts."""
    for order in permutations(range(len(texts))):
        for cuts in product((True, False), repeat=len(texts) - 1):
            check(texts, order, cuts)


@pytest.mark.parametrize("seed", range(40))
def test_versions_of_five_pages_are_the_same_in_random_orders(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(20):
        texts, order = dice.choices("甲乙丙"[: dice.choice((2, 3))], k=5), dice.sample(range(5), 5)
        check(texts, order, dice.choices((True, False), k=4))


@pytest.mark.parametrize("again", range(4))
def test_pages_delivered_again_add_no_version(again: int) -> None:
    pages = [page(text, day) for day, text in enumerate("甲乙甲乙", start=1)]
    memory = Memory()
    for one in (pages[0], pages[2], pages[3], pages[1], pages[again], pages[again]):
        memory.take([one])
    assert memory.versions == in_order("甲乙甲乙")


def test_a_correction_between_two_pages_that_were_said_again_is_dated_as_it_was_read() -> None:
    """The four pages that came as first, third, fourth and second had left two of three older versions out."""
    memory = Memory()
    for day, text in ((1, "甲"), (3, "甲"), (4, "乙"), (2, "乙")):
        memory.take([page(text, day)])
    assert memory.versions == [("甲", 1), ("乙", 2), ("甲", 3), ("乙", 4)]


def test_versions_kept_twice_side_by_side_become_one() -> None:
    kept = [Stood(article=page("甲", day)) for day in (1, 2)]
    past = past_of(page("乙", 3), held=None, kept=kept, observed=[page("乙", 3)])
    assert past
    assert (past.lacking, [day_of(one) for one in past.spare]) == ((), [2])


def several(first: str, second: str, days: tuple[int, int]) -> list[PageReading]:
    """Page 1 and page 2 with these texts of these days."""
    one = replace(page("甲", days[0]), body=first)
    two = replace(page("甲", days[1]), body=second, urls=(SECOND_PAGE,))
    return [PageReading(article=one, page=1, parts=(SECOND_PAGE,)), PageReading(article=two, page=2)]


SEVERAL = [*several("一", "二", (1, 2)), *several("一改", "二改", (3, 4))]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_article_of_several_pages_has_been_what_its_pages_said_at_each_time(order: Sequence[int]) -> None:
    made = states([SEVERAL[number] for number in order])
    assert [(one.body, day_of(one)) for one in made] == [("一", 1), ("一\n二", 2), ("一改\n二", 3), ("一改\n二改", 4)]
    past = past_of(made[-1], held=None, kept=(), observed=made)
    assert past
    assert [one.body for one in past.lacking] == ["一\n二", "一改\n二"], "a page more is no correction"


@pytest.mark.parametrize("order", random.Random(6).sample(list(permutations(range(6))), 40))
def test_of_each_page_every_reading_is_remembered_and_what_it_said_again_is_kept_once(
    order: Sequence[int], tmp_path: Path
) -> None:
    """Fetched on six days, it said 一 four times, then 二 twice."""
    readings = [several(text, "", (day, day))[0] for day, text in enumerate("一一一一二二", start=1)]
    id_ = article().id
    with closing(SqlitePieces(tmp_path / "queue.db")) as pieces:
        for number in order:
            pieces.keep_parts([readings[number]])
        assert [day_of(part.article) for part in pieces.parts_of([id_])[id_]] == [6]
        earlier = pieces.earlier_of([id_])[id_]
        assert sorted((day_of(one.article), one.article.body) for one in earlier) == [
            *((day, "一") for day in (1, 2, 3, 4)),
            (5, "二"),
        ]
    with closing(sqlite3.connect(tmp_path / "queue.db")) as db:
        assert db.execute("SELECT fetched_at FROM earlier WHERE reading LIKE '{%' ORDER BY 1").fetchall() == [
            (readings[0].article.fetched_at,),
            (readings[4].article.fetched_at,),
        ]
