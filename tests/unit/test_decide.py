"""What becomes of pages that arrive."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import permutations

import pytest

from difang.ingest.arrival import Arrival
from difang.ingest.article import Article
from difang.ingest.decide import Decision, decide
from difang.ingest.extract.result import PageReading
from difang.ingest.index.port import Document
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef
from tests.records import article

FIRST, SECOND = "2026-01-01T00:00:00.000000+00:00", "2026-01-02T00:00:00.000000+00:00"
MIRROR = "http://sd.people.com.cn/BIG5/n2/2022/0213/c1-35000001.html"


def arrival(made: Article, *, url: str | None = None, page: int = 1, parts: tuple[str, ...] = ()) -> Arrival:
    ref = PageRef(
        url=url or made.urls[0], key=made.id, run_id="r", fetched_at=datetime(2026, 1, 1, tzinfo=UTC), position=None
    )
    return Arrival(ref=ref, reading=PageReading(article=made, page=page, parts=parts))


def document(made: Article, first_seen: str | None = None) -> Document:
    return Document(article=made, first_seen=first_seen or made.fetched_at)


def settle(made: Article, stored: Document | None, **where: str) -> Decision:
    return decide([arrival(made, **where)], stored=stored, parts=[], sightings=[])  # type: ignore[arg-type]


def test_an_unknown_article_is_indexed() -> None:
    assert settle(article(), None) == Decision(document=document(article()), outcomes=(Outcome.INDEXED,))


def test_the_same_text_fetched_again_is_unchanged_and_not_written() -> None:
    again = article(fetched_at=SECOND)
    assert settle(again, document(article())) == Decision(
        document=None, outcomes=(Outcome.UNCHANGED,), said_again=SECOND
    )


def test_a_correction_is_an_update_that_keeps_when_the_article_was_first_seen() -> None:
    corrected = article(title="泉城新开四条公交线路", fetched_at=SECOND)
    decision = settle(corrected, document(article()))
    assert decision.outcomes == (Outcome.UPDATED,)
    assert decision.document == Document(article=corrected, first_seen=FIRST)


def test_a_corrected_editor_is_an_update_too() -> None:
    decision = settle(article(editors=("孙二",), fetched_at=SECOND), document(article()))
    assert decision.outcomes == (Outcome.UPDATED,)


def test_an_older_page_never_overwrites_a_newer_one() -> None:
    newer = article(title="泉城新开四条公交线路", fetched_at=SECOND)
    late = Decision(document=None, outcomes=(Outcome.UNCHANGED,), superseded=(article(),))
    assert settle(article(), document(newer)) == late


def test_a_page_fetched_between_two_that_say_the_same_is_a_version_and_the_later_of_them_the_newest() -> None:
    third = "2026-01-03T00:00:00.000000+00:00"
    between, again = article(title="误植", fetched_at=SECOND), article(fetched_at=third)
    decision = decide([arrival(between)], stored=document(article()), parts=[], sightings=[], said_again=third)
    assert decision.outcomes == (Outcome.UNCHANGED,)
    assert decision.document == document(again, first_seen=FIRST)
    assert decision.superseded == (article(), between)
    newer = article(title="更正", fetched_at="2026-01-04T00:00:00.000000+00:00")
    after = decide([arrival(newer)], stored=document(article()), parts=[], sightings=[], said_again=third)
    assert (after.outcomes, after.document) == ((Outcome.UPDATED,), document(newer, first_seen=FIRST))


def come(batches: Iterable[Sequence[Arrival]]) -> Article:
    """What is held after these; remembered between two batches are the document and when it was last said again."""
    stored, said_again = None, dict[str, str]()
    for batch in batches:
        known = said_again.get(stored.article.fetched_at, "") if stored else ""
        decision = decide(batch, stored=stored, parts=[], sightings=[], said_again=known)
        stored = decision.document or stored
        assert stored is not None
        if decision.said_again:
            at = stored.article.fetched_at
            said_again[at] = max(decision.said_again, said_again.get(at, ""))
    assert stored is not None
    return stored.article


@pytest.mark.parametrize("seed", range(100))
def test_random_pages_in_any_order_and_any_batches_end_as_the_newest_says(seed: int) -> None:
    dice = random.Random(seed)
    elsewhere = "http://sd.people.com.cn/n2/2022/0213/c2-35000001.html"
    urls, days = (article().url, elsewhere), (dice.randrange(1, 28) for _ in range(4))
    pages = [
        article(
            title=dice.choice(("甲", "甲", "乙", "丙")),
            url=dice.choice(urls),
            fetched_at=f"2026-01-{day:02}T00:00:00+00:00",
        )
        for day in sorted(set(days))
    ]
    order = [*pages, *dice.choices(pages, k=seed % 3)]
    dice.shuffle(order)
    batches = []
    while order:
        batches.append([arrival(order.pop()) for _ in range(min(len(order), dice.choice((1, 1, 2))))])
    assert come(batches).title == pages[-1].title


def copy(title: str, day: int) -> Arrival:
    """The mirror's page with this title on that day of January."""
    return arrival(article(title=title, urls=(MIRROR,), fetched_at=f"2026-01-{day:02}T00:00:00.000000+00:00"))


COPIES = [copy("甲", 2), copy("乙", 3), copy("甲", 5)]


@pytest.mark.parametrize("order", list(permutations(COPIES)))
def test_an_article_known_by_its_mirror_alone_ends_as_the_newest_page_says(order: Sequence[Arrival]) -> None:
    held = come([page] for page in order)
    assert (held.title, held.fetched_at[8:10]) == ("甲", "05")


@pytest.mark.parametrize("order", list(permutations([*COPIES, arrival(article())])))
@pytest.mark.parametrize("day", [1, 4, 6])
def test_the_original_takes_the_place_of_its_mirror_whenever_it_comes(order: Sequence[Arrival], day: int) -> None:
    """Fetched before the mirror's pages, between them and after."""
    original = article(fetched_at=f"2026-01-{day:02}T00:00:00.000000+00:00")
    pages = [page if page.ref.url == MIRROR else arrival(original) for page in order]
    assert come([page] for page in pages).title == original.title


@pytest.mark.parametrize("copied", ["甲", "乙", "丙"])
def test_the_original_s_newest_page_counts_though_the_mirror_s_came_first(copied: str) -> None:
    """Fetched later than both pages of the original, that say 甲 and then 乙; in any order, one of them twice."""
    first, second = (
        arrival(article(title=title, fetched_at=f"2026-01-{day:02}T00:00:00.000000+00:00"))
        for title, day in (("甲", 2), ("乙", 3))
    )
    pages = [first, second, copy(copied, 5), copy(copied, 6), first]
    assert {come([page] for page in order).title for order in permutations(pages)} == {"乙"}


def test_the_same_text_at_another_address_says_again_what_is_held_and_the_mirror_does_not() -> None:
    elsewhere = "http://sd.people.com.cn/n2/2022/0213/c2-35000001.html"
    assert settle(article(url=elsewhere, fetched_at=SECOND), document(article())).said_again == SECOND
    assert settle(article(fetched_at=SECOND), document(article()), url=MIRROR).said_again is None


def test_the_same_page_delivered_again_says_again_what_it_was() -> None:
    decision = settle(article(), document(article()))
    assert decision == Decision(document=None, outcomes=(Outcome.INDEXED,))
    corrected = article(title="泉城新开四条公交线路", fetched_at=SECOND)
    assert settle(corrected, document(corrected, first_seen=FIRST)).outcomes == (Outcome.UPDATED,)


def test_another_address_of_the_same_text_is_a_sighting() -> None:
    url = "http://sd.people.com.cn/n2/2022/0213/c2-35000001.html"
    decision = settle(article(url=url, fetched_at=SECOND, sections=("山东频道", "交通")), document(article()))
    assert decision.outcomes == (Outcome.SIGHTING,)
    assert decision.document is not None
    assert decision.document.article == article(urls=(article().url, url))


def test_the_mirror_never_replaces_the_text() -> None:
    traditional = article(title="泉城新開三條公交線路", urls=(MIRROR,), fetched_at=SECOND)
    decision = settle(traditional, document(article()), url=MIRROR)
    assert decision.outcomes == (Outcome.SIGHTING,)
    assert decision.document is not None
    assert decision.document.article.title == article().title
    assert decision.document.article.urls == (article().url, MIRROR)


def test_an_article_known_only_by_its_mirror_takes_the_text_of_the_original() -> None:
    traditional = article(title="泉城新開三條公交線路", urls=(MIRROR,))
    decision = settle(article(fetched_at=SECOND), document(traditional))
    assert decision.outcomes == (Outcome.UPDATED,)
    assert decision.document is not None
    assert decision.document.article.title == article().title
    assert decision.document.article.urls == (article().url, MIRROR)


def test_sightings_told_apart_are_added() -> None:
    for arrivals, stored in ([arrival(article())], None), ([], document(article())):
        decision = decide(arrivals, stored=stored, parts=[], sightings=[MIRROR])
        assert decision.document is not None
        assert decision.document.article.urls == (article().url, MIRROR)
    assert decide([], stored=document(article(urls=(article().url, MIRROR))), parts=[], sightings=[MIRROR]) == Decision(
        document=None, outcomes=()
    )


def test_pages_of_one_article_are_joined_in_whatever_order_they_come() -> None:
    second_url = article().url.replace(".html", "-2.html")
    one = PageReading(article=article(body="第一页。"), page=1, parts=(second_url,))
    two = PageReading(article=article(body="第二页。", urls=(second_url,)), page=2, parts=(article().url,))
    first = Arrival(ref=arrival(article()).ref, reading=one)
    second = Arrival(ref=arrival(article(), url=second_url).ref, reading=two)

    together = decide([first, second], stored=None, parts=[one, two], sightings=[])
    assert together.outcomes == (Outcome.INDEXED, Outcome.PART)
    assert together.document is not None
    assert together.document.article.body == "第一页。\n第二页。"
    assert together.document.article.page_count == 2

    early = decide([second], stored=None, parts=[two], sightings=[])
    assert early == Decision(document=None, outcomes=(Outcome.PART,))
    late = decide([first], stored=None, parts=[one, two], sightings=[])
    assert late.outcomes == (Outcome.INDEXED,)
    assert late.document == together.document

    alone = decide([first], stored=None, parts=[one], sightings=[])
    completed = decide([second], stored=alone.document, parts=[one, two], sightings=[])
    assert completed.outcomes == (Outcome.PART,)
    assert completed.document == together.document


def pages_of(*fetched: str, body: str = "第一页。") -> tuple[Arrival, Arrival]:
    """Page 1 and page 2 of one article, fetched at these times."""
    second_url = article().url.replace(".html", "-2.html")
    one = PageReading(article=article(body=body, fetched_at=fetched[0]), page=1, parts=(second_url,))
    two = PageReading(article=article(body="第二页。", urls=(second_url,), fetched_at=fetched[1]), page=2)
    return Arrival(ref=arrival(article()).ref, reading=one), Arrival(
        ref=arrival(article(), url=second_url).ref, reading=two
    )


def test_page_one_delivered_again_with_its_later_page_is_indexed_still() -> None:
    first, second = pages_of(FIRST, SECOND)
    alone = decide([first], stored=None, parts=[first.reading], sightings=[]).document
    both = decide([first, second], stored=alone, parts=[first.reading, second.reading], sightings=[])
    assert both.outcomes == (Outcome.INDEXED, Outcome.PART)
    again = decide([first], stored=both.document, parts=[first.reading, second.reading], sightings=[])
    assert again == Decision(document=None, outcomes=(Outcome.INDEXED,))


def test_page_one_is_indexed_also_where_its_later_page_completed_the_article_before() -> None:
    first, second = pages_of(FIRST, SECOND)
    parts = [first.reading, second.reading]
    early = decide([second], stored=None, parts=parts, sightings=[])
    late = decide([first], stored=early.document, parts=parts, sightings=[])
    assert (early.outcomes, late.outcomes) == ((Outcome.PART,), (Outcome.INDEXED,))
    assert late.document is None


def test_of_page_one_fetched_twice_one_is_indexed_and_the_other_unchanged_however_often_they_come() -> None:
    third = "2026-01-03T00:00:00.000000+00:00"
    first, second = pages_of(FIRST, SECOND)
    refetched, _ = pages_of(third, SECOND)
    parts = [refetched.reading, second.reading]
    stored = None
    for _ in range(2):
        decision = decide([first, second, refetched], stored=stored, parts=parts, sightings=[])
        assert decision.outcomes == (Outcome.INDEXED, Outcome.PART, Outcome.UNCHANGED)
        stored = decision.document or stored


def test_an_old_page_one_never_replaces_a_corrected_one_though_a_later_page_is_newer_than_both() -> None:
    third = "2026-01-03T00:00:00.000000+00:00"
    first, second = pages_of(FIRST, third)
    corrected, _ = pages_of(SECOND, third, body="第一页，更正。")
    parts = [corrected.reading, second.reading]
    stored = decide([corrected, second], stored=None, parts=parts, sightings=[]).document
    assert decide([first], stored=stored, parts=parts, sightings=[]) == Decision(
        document=None, outcomes=(Outcome.UNCHANGED,)
    )
