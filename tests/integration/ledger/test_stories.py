"""Stories in the ledger, on SQLite and PostgreSQL: the same articles make the same stories, however they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from itertools import permutations
from threading import Barrier

import pytest
from sqlalchemy import create_engine, text

from difang.crawler.ledger import stories as book
from difang.crawler.ledger import story_links
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.upsert import pieces
from difang.ingest.article import Article
from difang.ingest.stories.bands import bands_of
from difang.ingest.stories.port import Telling
from difang.ingest.stories.text import text_of
from tests.made_stories import body, corrected, edition


def tellings(articles: Sequence[Article]) -> list[Telling]:
    texts = [text_of(article) for article in articles]
    return [
        Telling(
            id=article.id,
            version=_moment(article.fetched_at),
            published=_moment(article.published_at),
            text=text,
            bands=bands,
        )
        for article, text, bands in zip(articles, texts, bands_of(texts), strict=True)
    ]


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def assign(ledger: Ledger, *articles: Article) -> dict[str, str | None]:
    """Take them in; their stories without the prefix of the ids."""
    found = ledger.stories.assign(tellings(articles))
    return {_short(id_) or "": _short(story) for id_, story in found.items()}


def _short(id_: str | None) -> str | None:
    return id_.removeprefix("people:L_") if id_ else None


def waiting(ledger: Ledger) -> dict[str, str | None]:
    return {_short(id_) or "": _short(story) for id_, story in ledger.stories.waiting(100).items()}


def settle(ledger: Ledger) -> None:
    ledger.stories.settle(ledger.stories.waiting(100))


def test_a_story_has_the_id_of_its_member_published_first_whatever_the_order_of_arrival(ledger: Ledger) -> None:
    """All orders of three editions, and an article that stands alone."""
    for round_, order in enumerate(permutations((3, 1, 2))):
        for day in order:
            assign(ledger, edition(f"story{round_}", 10 * round_ + day, day=day))
        first = str(10 * round_ + 1)
        told = assign(ledger, *(edition(f"story{round_}", 10 * round_ + day, day=day) for day in order))
        assert set(told.values()) == {first}
    assert assign(ledger, edition("alone", 99)) == {"99": None}


def test_editions_in_one_batch_are_one_story(ledger: Ledger) -> None:
    """And others in the batch are not drawn in."""
    told = assign(ledger, edition("a", 1, day=2), edition("b", 2), edition("a", 3, day=1))
    assert told == {"1": "3", "2": None, "3": "3"}


def test_whose_story_changed_waits_until_the_index_was_told(ledger: Ledger) -> None:
    """Also the fellow that came with an earlier batch."""
    assign(ledger, edition("a", 1, day=2))
    assert waiting(ledger) == {}
    assign(ledger, edition("a", 2, day=1))
    assert waiting(ledger) == {"1": "2", "2": "2"}
    assert ledger.stories.settle({"people:L_1": None, "people:L_2": "people:L_2"}) == {"people:L_1": "people:L_2"}
    assert waiting(ledger) == {"1": "2"}
    settle(ledger)
    assert waiting(ledger) == {}


def test_a_second_delivery_changes_nothing_but_is_told_again(ledger: Ledger) -> None:
    """A crash may have come between the ledger and the index."""
    editions = [edition("a", 1), edition("a", 2, day=2)]
    told = assign(ledger, *editions)
    settle(ledger)
    assert assign(ledger, *editions) == told == {"1": "1", "2": "1"}
    assert waiting(ledger) == told
    settle(ledger)


def test_a_corrected_text_leaves_its_story_and_joins_another(ledger: Ledger) -> None:
    """The two that remain stay together under the one published first."""
    one, two, three = (edition("a", number, day=number) for number in (1, 2, 3))
    assign(ledger, one, two, three, edition("b", 4, day=4))
    settle(ledger)
    assert assign(ledger, corrected(one, body("b"))) == {"1": "1"}
    assert waiting(ledger) == {"1": "1", "2": "2", "3": "2", "4": "1"}
    assert assign(ledger, one) == {"1": "1"}, "an older version changes nothing"
    assert assign(ledger, two, three) == {"2": "2", "3": "2"}


def test_the_day_of_a_dateline_parts_bulletins_and_its_correction_joins_them(ledger: Ledger) -> None:
    """The ledger keeps it beside the text."""
    sixth, seventh = (f"人民网济南2月{day}日电 {body('a')}" for day in (6, 7))
    one, two = edition("a", 1, day=1, body=sixth), edition("a", 2, day=2, body=seventh)
    assert assign(ledger, one) | assign(ledger, two) == {"1": None, "2": None}
    assert assign(ledger, corrected(two, sixth)) == {"2": "1"}


def test_a_story_of_one_is_none(ledger: Ledger) -> None:
    """Where the only fellow's text changes."""
    one, two = edition("a", 1), edition("a", 2, day=2)
    assign(ledger, one, two)
    assign(ledger, corrected(one, body("c")))
    assert assign(ledger, two) == {"2": None}


def test_a_member_taken_out_is_gone_from_its_story(ledger: Ledger) -> None:
    """And can come again."""
    one, two, three = (edition("a", number, day=number) for number in (1, 2, 3))
    assign(ledger, one, two, three)
    settle(ledger)
    ledger.stories.forget([one.id, "people:L_404"])
    assert waiting(ledger) == {"2": "2", "3": "2"}
    assert assign(ledger, one) == {"1": "1"}
    assert assign(ledger, two, three) == {"2": "1", "3": "1"}


def test_what_links_two_stories_makes_them_one_and_without_it_they_are_two(ledger: Ledger) -> None:
    """The middle one holds both texts, each of the others one."""
    title = {"title": "海岱市公布新规"}
    left = edition("left", 1, day=1, **title)
    right = edition("other", 2, day=2, **title)
    both = edition("left", 3, day=3, **title, body=body("left") + "\n" + body("other"))
    assert assign(ledger, left, right, both) == {"1": "1", "2": "1", "3": "1"}
    ledger.stories.forget([both.id])
    assert assign(ledger, left, right) == {"1": None, "2": None}


def test_a_new_time_of_publication_moves_the_story_to_another_member(ledger: Ledger) -> None:
    """The text is the same."""
    one, two = edition("a", 1, day=1), edition("a", 2, day=2)
    assign(ledger, one, two)
    later = edition("a", 1, day=1, published_at="2026-05-09T08:00:00+08:00", fetched_at="2026-06-01T00:00:00+00:00")
    assert assign(ledger, later) == {"1": "2"}


def test_two_workers_with_a_reprint_each_at_the_same_moment_make_one_story(address: str) -> None:
    """Twenty stories, two editions of each, by two processes' ledgers."""
    with closing(Ledger(address)) as one, closing(Ledger(address)) as other:
        together = Barrier(2)

        def work(ledger: Ledger, offset: int) -> None:
            for number in range(20):
                together.wait(timeout=30)
                assign(ledger, edition(f"at once {number}", 100 * number + offset, day=offset))

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(work, one, 1), threads.submit(work, other, 2)]:
                done.result()
        for number in range(20):
            first = str(100 * number + 1)
            editions = (edition(f"at once {number}", 100 * number + offset, day=offset) for offset in (1, 2))
            assert assign(one, *editions) == {first: first, str(100 * number + 2): first}


def test_many_of_one_band_are_thinned_and_a_form_stops_growing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text printed without end must not make each further one dearer."""
    monkeypatch.setattr(book, "MOST_IN_A_BAND", 6)
    monkeypatch.setattr(story_links, "MOST_MEMBERS", 10)
    for number in range(1, 29):
        assign(ledger, edition("form", number, day=number))
    found = ledger.stories.assign(tellings([edition("form", number, day=number) for number in range(1, 29)]))
    sizes = Counter(found.values())
    assert max(count for story, count in sizes.items() if story) <= 10 + book.MOST_COMPARED


@pytest.mark.parametrize("batch", [1, 50])
def test_reprints_of_daily_bulletins_find_each_other_however_far_apart(ledger: Ledger, batch: int) -> None:
    """A backfill brings one channel after another; more bulletins lie between than a band keeps."""
    days = 2 * book.MOST_IN_A_BAND
    came = [bulletin(day, offset) for offset in (0, 500) for day in range(days)]
    for some in pieces(came, batch):
        assign(ledger, *some)
    told = assign(ledger, *came)
    assert told == {_short(article.id): str(day) for article, day in zip(came, [*range(days)] * 2, strict=True)}


def bulletin(day: int, offset: int) -> Article:
    """Of the same words each day, and with the day in the dateline alone where nothing was counted."""
    new = f"新增确诊病例{day % 9}例" if day % 4 else "无新增确诊病例"
    date = f"{1 + day // 28}月{1 + day % 28}日"
    said = f"{date}0时至24时" if day % 8 else "昨日"
    told = f"人民网海岱{date}电 {said}，海岱市报告{new}。{body('advice')}"
    return edition("bulletin", day + offset, day=1 + offset // 500, body=told)


def test_a_ledger_of_earlier_bands_finds_the_reprints_of_its_bulletins(new_address: str) -> None:
    """Its bands are made anew from its texts."""
    days = 2 * book.MOST_IN_A_BAND
    with closing(Ledger(new_address)) as ledger:
        assign(ledger, *(bulletin(day, 0) for day in range(days)))
    engine = create_engine(new_address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE story_bands SET band = band + 1"))
        connection.execute(text("ALTER TABLE warc_files DROP COLUMN hosts"))  # what later migrations bring
        connection.execute(text("DROP TABLE further_captures"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0015'"))
    engine.dispose()
    with closing(Ledger(new_address)) as ledger:
        told = assign(ledger, *(bulletin(day, 500) for day in range(days)))
    assert told == {str(500 + day): str(day) for day in range(days)}


def test_of_no_articles_nothing_is_asked(ledger: Ledger) -> None:
    """Batches may be empty."""
    assert ledger.stories.assign([]) == {}
    assert ledger.stories.settle({}) == {}
