"""The vocabulary: names and the newest headlines with their pinyin, kept in memory, from the index itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice

from pypinyin import Style, lazy_pinyin, pinyin

from difang.ingest.errors import RetryLater
from difang.ingest.index.analysis import key, spelling
from difang.search.engine import Engine
from difang.search.facets import rows
from difang.search.tree import All

NAMES = ("channel", "editor", "reporter", "source", "section")
PEOPLE = frozenset(("editor", "reporter"))
"""Whose names begin with a surname, which is often read otherwise than the same character elsewhere: 曾, 单, 覃."""
MOST_NAMES = 5_000
"""Of one facet, the most frequent first."""
MOST_HEADLINES = 3_000
"""The newest."""
OLDEST = 600.0
"""Seconds after which the vocabulary is read again, beside the searches that go on with the old one."""

_EVERYTHING = All()
_LONGEST = 60  # characters of a headline


@dataclass(frozen=True, slots=True)
class Sound:
    """How a text is read: `begins[i]` where the i-th character's pinyin begins in `pinyin` (a last one for the end).

    `initials` are the first letters.
    """

    pinyin: str
    begins: tuple[int, ...]
    initials: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A name or headline: `folded` is its characters as the index compares them, `sound` how they are usually read.

    `others` are further ways to read somebody's name. `kind` is a facet's name or `title`, `value` the facet's value or
    the article's id, `count` articles. What is not within `known` is no beginning or part of any of these.
    """

    kind: str
    value: str
    label: str
    count: int
    folded: str
    sound: Sound
    others: tuple[Sound, ...]
    known: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words, names first, the most frequent and the newest first."""

    words: tuple[Word, ...] = ()


class Known:
    """Reads the vocabulary when it is first asked for, and again when it is old."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._vocabulary: Vocabulary | None = None
        self._read_at = 0.0
        self._reading = threading.Lock()

    def vocabulary(self) -> Vocabulary:
        """What is known; raises RetryLater where nothing is and the index is out of reach."""
        if self._vocabulary is None:
            with self._reading:
                if self._vocabulary is None:
                    self._read()
        elif time.monotonic() - self._read_at > OLDEST and self._reading.acquire(blocking=False):
            threading.Thread(target=self._read_again, daemon=True).start()
        return self._vocabulary or Vocabulary()

    def _read_again(self) -> None:
        try:
            self._read()
        except RetryLater:
            self._read_at = time.monotonic()  # the old one serves on; the searches themselves say what is wrong
        finally:
            self._reading.release()

    def _read(self) -> None:
        read = Vocabulary((*_names(self._engine), *_headlines(self._engine)))
        # An index still empty is asked again the next time.
        self._vocabulary, self._read_at = (read if read.words else None), time.monotonic()


def word(kind: str, value: str, label: str, count: int = 1) -> Word:
    """The word with its pinyin; a character without one, such as a letter, stands for itself."""
    folded = key(label)[:_LONGEST]
    sound, *others = sounds(as_spoken(label, folded), surname=kind in PEOPLE)
    known = [folded, value, *(text for one in (sound, *others) for text in (one.pinyin, one.initials))]
    return Word(
        kind=kind,
        value=value,
        label=label,
        count=count,
        folded=folded,
        sound=sound,
        others=tuple(others),
        known="\n".join(known),
    )


def sounds(text: str, *, surname: bool) -> list[Sound]:
    """How the text is usually read; with `surname` also with every other reading of its first character.

    No package known to us tells how a character is read as a surname, but 曾 is read both céng and zēng.
    """
    syllables = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # it takes a list for characters, too
    read = [_sound(syllables)]
    if surname and syllables:
        (first,) = pinyin(text[0], style=Style.NORMAL, heteronym=True)
        read += [_sound([other, *syllables[1:]]) for other in first if other != syllables[0]]
    return read


def _sound(syllables: list[str]) -> Sound:
    return Sound(
        pinyin="".join(syllables),
        begins=tuple(accumulate(map(len, syllables), initial=0)),
        initials="".join(syllable[:1] for syllable in syllables),
    )


def as_spoken(text: str, folded: str) -> str:
    """The characters whose pinyin is that of the text: 沈 is compared as 沉, and read otherwise."""
    spelled = "".join(spelling(text))[: len(folded)]
    return spelled if len(spelled) == len(folded) else folded


def _names(engine: Engine) -> Iterator[Word]:
    counts = engine.counts(_EVERYTHING, NAMES)
    for kind in NAMES:
        yield from _of_facet(kind, counts.get(kind, ()))


def _of_facet(kind: str, counts: Iterable[tuple[str, int]]) -> Iterator[Word]:
    for row in rows(kind, counts, most=MOST_NAMES):
        yield word(kind, row.value, row.label, row.count)


def _headlines(engine: Engine) -> Iterator[Word]:
    for record in islice(engine.stream(_EVERYTHING), MOST_HEADLINES):
        yield word("title", record["id"], record["title"])
