"""What of an article is compared: headline and body folded, and the bands of its MinHash that find candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from difang.ingest.article import Article
from difang.ingest.index.analysis import BETWEEN, PARTING, flat_words

SHINGLE = 8
"""Characters hashed together; shorter runs are shared by many articles that have nothing else in common."""

LONGEST = 20_000
"""Characters of a body that are looked at: what differs beyond is another edition of the same story."""

FEWEST = 20
"""Characters a body must have; less is a caption or a note, alike by chance."""

BANDS = 8
ROWS = 3
"""Texts of which a share s of shingles is common meet in a band with a probability of 1 - (1 - s³)⁸."""

_AT_ONCE = 32
"""Texts folded or hashed in one go: what arises fits the processor's cache."""

_SEED = 20200206
_POWERS = tuple(np.uint64(pow(0x9E3779B97F4A7C15, power, 1 << 64)) for power in range(1, SHINGLE + 1))

_DATELINE = re.compile(r"\A\s*[^\n。，]{2,24}?[电讯](?:\s+|(?=[（(]))")
_CREDIT = re.compile(r"（\s*(?:本报|本网|人民网)?(?:见习)?(?:记者|通讯员|实习生|编辑)[^（）\n]{1,60}）")


POINT, MINUS = "ˑ", "ˉ"
"""What stands for them in a folded text, where other punctuation is a space: letters, which folding leaves alone."""

_POINT = re.compile(r"\.(?<=\d\.)(?=\d)")  # one character is sought four times as fast as a set
_RANGE = r"\da-zA-Z%％℃°度年月日号时点分秒元万亿人例个米吨"
"""What stands before the hyphen in 5-9℃ and 6日-7日, where it is no minus sign."""
_MINUS = re.compile(rf"-(?<![{_RANGE}].)(?=\d)")
_ONE_WAY = (("．", "."), ("－", "-"), ("−", "-"), ("(", "（"), (")", "）"))
"""Written one way before anything is sought, because all are folded to spaces."""

Given = TypeVar("Given")


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """Headline, body and dateline as tokens are compared: one width, one script, lower case, single spaces between.

    Of what separates only a decimal point and a minus sign are told.
    """

    title: str
    body: str
    dateline: str = ""


def text_of(article: Article) -> Text:
    """The text of an article without credits, the dateline apart: each channel prints its own way; never raises."""
    return texts_of([article])[0]


def texts_of(articles: Sequence[Article]) -> list[Text]:
    """The texts of these; many at once take half the time."""
    return [text for some in _at_once(articles) for text in _texts_of(some)]


def _texts_of(articles: Sequence[Article]) -> Iterator[Text]:
    bodies = [article.body[:LONGEST] for article in articles]
    ends = [found.end() if (found := _DATELINE.match(body)) else 0 for body in bodies]
    heads = [*(article.title for article in articles), *(body[:end] for body, end in zip(bodies, ends, strict=True))]
    short = _folded(heads)
    long = _folded([body[end:] for body, end in zip(bodies, ends, strict=True)], without=_CREDIT)
    for title, dateline, body in zip(short[: len(articles)], short[len(articles) :], long, strict=True):
        yield Text(title=title, body=body, dateline=dateline)


def _folded(texts: Sequence[str], without: re.Pattern[str] | None = None) -> list[str]:
    joined = BETWEEN.join(texts)
    if joined.count(PARTING) == len(texts) - 1:
        parts = _flat(joined, without).split(PARTING)
    else:  # one of them holds the letter itself
        parts = [_flat(text, without) for text in texts]
    return [part.strip(" ") for part in parts]


def _flat(text: str, without: re.Pattern[str] | None) -> str:
    for written, usual in _ONE_WAY:
        text = text.replace(written, usual)
    if without:
        text = without.sub(" ", text)
    return flat_words(_MINUS.sub(MINUS, _POINT.sub(POINT, text)))


def _at_once(of: Sequence[Given]) -> Iterator[Sequence[Given]]:
    return (of[at : at + _AT_ONCE] for at in range(0, len(of), _AT_ONCE))


def run_together(text: str) -> str:
    """A folded text without its spaces, so that punctuation and paragraphs do not count."""
    return text.replace(" ", "")


def bands_of(texts: Sequence[Text]) -> list[list[int]]:
    """For each text its BANDS numbers of 64 bits; texts share one if ROWS of their minimal hashes agree.

    None for a body of fewer than FEWEST characters. The numbers are the same in every process and on every machine.
    """
    bodies = [run_together(text.body).replace(POINT, "").replace(MINUS, "") for text in texts]
    told = [body for body in bodies if len(body) >= FEWEST]
    if not told:
        return [[] for _ in texts]
    starts = np.cumsum([0, *(len(body) - SHINGLE + 1 for body in told)]).astype(np.uint64)
    hashes = np.concatenate([_hashes(some) for some in _at_once(told)])
    signatures = RMinHash.digest_matrix_from_flat_token_hashes(hashes, starts, BANDS * ROWS, _SEED)
    rows = iter(_bands(np.array(signatures.to_rows(), dtype=np.uint64)).tolist())
    return [next(rows) if len(body) >= FEWEST else [] for body in bodies]


def _hashes(bodies: Sequence[str]) -> NDArray[np.uint64]:
    """Of each body one hash of 64 bits a shingle; what runs from one body into the next is left out."""
    ends = np.cumsum([len(body) for body in bodies[:-1]], dtype=np.intp)
    across = ends[:, np.newaxis] - np.arange(1, SHINGLE)
    return np.delete(hashes_of("".join(bodies), SHINGLE), across.ravel())


def hashes_of(text: str, size: int) -> NDArray[np.uint64]:
    """One number of 64 bits for each run of `size` characters (SHINGLE at most); the text has one such run or more."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    found, width = codes * _POWERS[0], 1  # of each run so far: the sum of its characters times powers of one number
    for bit in f"{size:b}"[1:]:
        found = found[:-width] + found[width:] * _POWERS[width - 1]
        width *= 2
        if bit == "1":
            found = found[:-1] + codes[width:] * _POWERS[width]
            width += 1
    return _mixed(found)


def _bands(signatures: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Each ROWS columns of the signatures as one number, signed because databases know no others."""
    found = np.empty((len(signatures), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        mixed = np.full(len(signatures), band + 1, dtype=np.uint64)
        for column in range(band * ROWS, (band + 1) * ROWS):
            mixed = _mixed(mixed * _POWERS[1] + signatures[:, column])
        found[:, band] = mixed
    return found.view(np.int64)


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    hashes ^= hashes >> np.uint64(29)
    hashes *= _POWERS[2]
    hashes ^= hashes >> np.uint64(32)
    return hashes
