"""The bands of a text's MinHash: numbers by which candidates find each other without a look at the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash

from difang.ingest.stories.text import MINUS, PERMILLE, POINT, Text, at_once, run_together

SHINGLE = 8
"""Characters hashed together; shorter runs are shared by many articles that have nothing else in common."""

FEWEST = 20
"""Characters a body must have; less is a caption or a note, alike by chance."""

BANDS = 8
ROWS = 3
"""Texts of which a share s of shingles is common meet in a band with a probability of 1 - (1 - s³)⁸."""

BY_DIGITS = 2
"""So many of the bands, the last ones, tell bulletins of different days apart."""

LEAD = 100
"""Characters at the beginning of a body; a reprint is cut at the end, and a bulletin begins with its day."""

_SEED = 20200206
_POWERS = tuple(np.uint64(pow(0x9E3779B97F4A7C15, power, 1 << 64)) for power in range(1, SHINGLE + 1))

Codes = NDArray[np.uint32]
Hashes = NDArray[np.uint64]


def bands_of(texts: Sequence[Text]) -> list[list[int]]:
    """For each text its BANDS numbers of 64 bits; texts share one if ROWS of their minimal hashes agree.

    In the last two all but one of these hashes give way to digits, if there are any: in the first to those of the
    body's LEAD, in the second to those of headline, dateline and body. So of bulletins in the same words, however
    many, only reprints meet there. None for a body of fewer than FEWEST characters. The numbers are the
    same in every process and on every machine; where they change, a migration makes those of a ledger anew.
    """
    bodies = [run_together(text.body).replace(POINT, "").replace(MINUS, "").replace(PERMILLE, "") for text in texts]
    told = [(text, body) for text, body in zip(texts, bodies, strict=True) if len(body) >= FEWEST]
    rows = iter(_bands(told).tolist() if told else [])
    return [next(rows) if len(body) >= FEWEST else [] for body in bodies]


def hashes_of(text: str, size: int) -> Hashes:
    """One number of 64 bits for each run of `size` characters (SHINGLE at most); the text has one such run or more."""
    return _hashes(_codes(text), size)


def _bands(told: Sequence[tuple[Text, str]]) -> NDArray[np.int64]:
    """A row of bands for each text and body, signed because databases know no others."""
    signatures = np.concatenate([_signatures([body for _, body in some]) for some in at_once(told)])
    leads = [body[:LEAD] for _, body in told]
    wholes = [f"{text.title} {text.dateline} {body}" for text, body in told]
    for band, digits in enumerate((_digits(leads), _digits(wholes)), BANDS - BY_DIGITS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS - 1]
        rows[:] = np.where(digits[:, np.newaxis], digits[:, np.newaxis], rows)
    found = np.empty((len(told), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        mixed = np.full(len(told), band + 1, dtype=np.uint64)
        for column in range(band * ROWS, (band + 1) * ROWS):
            mixed = _mixed(mixed * _POWERS[1] + signatures[:, column])
        found[:, band] = mixed
    return found.view(np.int64)


def _signatures(bodies: Sequence[str]) -> Hashes:
    """Of each text BANDS · ROWS minimal hashes; shingles that run from one text into the next are left out."""
    codes, ends = _joined(bodies)
    across = ends[:-1, np.newaxis] - np.arange(1, SHINGLE)
    hashes = np.delete(_hashes(codes, SHINGLE), across.ravel())
    starts = np.concatenate(([0], ends - np.arange(1, len(ends) + 1) * (SHINGLE - 1)))
    made = RMinHash.digest_matrix_from_flat_token_hashes(hashes, starts.astype(np.uint64), BANDS * ROWS, _SEED)
    return np.array(made.to_rows(), dtype=np.uint64)


def _digits(texts: Sequence[str]) -> Hashes:
    """Of each text one hash of its digits and of what stands right behind each; 0 of a text without digits."""
    codes, ends = _joined(texts)
    is_digit = codes - np.uint32(ord("0")) < 10
    kept = is_digit.copy()
    kept[1:] |= is_digit[:-1]
    kept[ends[:-1]] = is_digit[ends[:-1]]  # the last digit of a text has nothing behind it
    at = np.flatnonzero(kept)
    bounds = np.concatenate(([0], np.searchsorted(at, ends)))
    counts = np.diff(bounds)
    powers = np.cumprod(np.full(counts.max(), _POWERS[1]))
    hashes = _mixed(codes[at].astype(np.uint64)) * powers[np.arange(len(at)) - np.repeat(bounds[:-1], counts)]
    return np.diff(np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(hashes)))[bounds])


def _joined(texts: Sequence[str]) -> tuple[Codes, NDArray[np.intp]]:
    """The characters of all, and where each text ends."""
    return _codes("".join(texts)), np.cumsum([len(text) for text in texts])


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _hashes(codes: Codes, size: int) -> Hashes:
    wide = codes.astype(np.uint64)
    found, width = wide * _POWERS[0], 1  # of each run so far: the sum of its characters times powers of one number
    for bit in f"{size:b}"[1:]:
        found = found[:-width] + found[width:] * _POWERS[width - 1]
        width *= 2
        if bit == "1":
            found = found[:-1] + wide[width:] * _POWERS[width]
            width += 1
    return _mixed(found)


def _mixed(hashes: Hashes) -> Hashes:
    hashes ^= hashes >> np.uint64(29)
    hashes *= _POWERS[2]
    hashes ^= hashes >> np.uint64(32)
    return hashes
