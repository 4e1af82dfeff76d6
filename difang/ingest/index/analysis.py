"""Analysis: text to tokens, the same for both indexes, for queries and for highlighting.

A Han character is one token, a run of letters and digits is one token, everything else separates and leaves no gap.
Each character is folded by itself (NFKC, lower case, traditional to simplified by OpenCC), never by its neighbours:
a phrase table would read 乾 in 乾隆 otherwise than 乾 alone, and a run cut out of a text would not find that text.
Where simplified writing depends on the word (瞭解 is 了解, 瞭望 stays), both characters are one (SAME).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import add

import numpy as np
import opencc
from numpy.typing import NDArray

LONGEST_TOKEN = 100
"""Characters; a longer run is cut into tokens of this length (Elasticsearch's own limit is 255)."""

# What OpenCC's TSPhrases writes otherwise than its characters: 憑藉 is 凭借, 計畫 is 计划, 項鍊 is 项链.
_BY_WORD = "藉借覆复瞭了沈沉链炼锺钟坯坏迳径钜巨哩里俱具画划衹只彷仿甦苏𫫇恶幺么"
# Of its STPhrases, variants that no table simplifies: 座標 is 坐标, 想像 is 想象, 揹包 is 背包.
_VARIANTS = "座坐像象揹背伕夫甯宁薰熏鎗枪濬浚拏拿燄焰瑯琅澂澄荳豆籐藤觔斤菓果隄堤耡锄馀余谘咨讬托"

SAME = {pair[0]: pair[1] for pair in re.findall("..", _BY_WORD + _VARIANTS)}
"""Simplified character → the one it is compared as. Part of what an index is made with (mapping.py, folder.py)."""

_SINGLE = (
    "\u3005-\u3005\u3007-\u3007\u3041-\u3096\u30a1-\u30fa\u3400-\u4db5\u4e00-\u9fef"
    "\U00020000-\U0002a6d6\U0002a700-\U0002b734\U0002b740-\U0002b81d\U0002b820-\U0002cea1\U0002ceb0-\U0002ebe0"
)
_IS_SINGLE = re.compile(f"[{_SINGLE}]")
_END_OF_RUN_LETTERS = 0x0530  # Latin, Greek and Cyrillic lie below
_LONG_TEXT = 100
"""Characters from which on a text is faster folded as an array than by its characters."""

PARTING = "ˇ"
BETWEEN = f"\n{PARTING}\n"
"""Stands between texts that are folded together: a letter that folding leaves alone and to which nothing else folds."""

_SPACE = ord(" ")
_FIRST_HAN = "\u2e80"


class _Folding(dict[int, str]):
    """Code point → folded text: tokens of one character stand between spaces, a separator is a space."""

    def __init__(self, *, shown: bool = False) -> None:
        super().__init__()
        self._shown = shown
        self._to_simplified = opencc.OpenCC("t2s").convert

    def __missing__(self, code: int) -> str:
        folded = "".join(self._fold(part) for part in unicodedata.normalize("NFKC", chr(code)).lower())
        self[code] = folded
        return folded

    def _fold(self, character: str) -> str:
        category = unicodedata.category(character)
        if category[0] == "M" or category == "Cf":  # marks and joiners do not part what they stand in
            return ""
        if category[0] != "L" and category != "Nd" and character != "〇":
            return " "
        if ord(character) < _END_OF_RUN_LETTERS:
            return character
        simplified = self._to_simplified(character)
        if _IS_SINGLE.fullmatch(simplified):
            return f" {simplified if self._shown else SAME.get(simplified, simplified)} "
        # A letter no tokenizer can be relied on to know (Tibetan, Thai, the newest Han) travels by its number.
        return f" {character} " if self._shown else f" u{ord(character):x} "


_FOLDING, _SPELLING = _Folding(), _Folding(shown=True)


def tokens(text: str) -> list[str]:
    """The tokens of a text in order; never raises, whatever the text holds."""
    return _tokens(text, _FOLDING)


def spelling(text: str) -> list[str]:
    """The same tokens as they are shown to people, who write 覆盖 and not 复盖."""
    return _tokens(text, _SPELLING)


def _tokens(text: str, folding: _Folding) -> list[str]:
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    folded = text.translate(folding).split()
    if max(map(len, folded), default=0) > LONGEST_TOKEN:
        return [piece for token in folded for piece in _pieces(token)]
    return folded


def token_text(text: str) -> str:
    """The tokens of a text joined by spaces; a long text takes a fifth of the time it would by tokens()."""
    folded = _spaced(text) if len(text) >= _LONG_TEXT else None
    return " ".join(tokens(text)) if folded is None else folded


def token_texts(texts: Sequence[str]) -> list[str]:
    """Of each text the same; many together take half the time."""
    joined = BETWEEN.join(texts)
    folded = _spaced(joined) if len(joined) >= _LONG_TEXT and joined.count(PARTING) == len(texts) - 1 else None
    if folded is None:
        return [token_text(text) for text in texts]
    return [part.strip(" ") for part in folded.split(PARTING)]


def _spaced(text: str) -> str | None:
    """The tokens joined by spaces, if each character can be folded by itself and no run must be cut."""
    folded = _flat_codes(text, _FOLDING) if unicodedata.is_normalized("NFC", text) else None
    if folded is None:
        return None
    tells = folded != _SPACE
    in_run = tells & (folded < _END_OF_RUN_LETTERS)
    if np.count_nonzero(in_run) > LONGEST_TOKEN and _longest(in_run) > LONGEST_TOKEN:
        return None
    spaced = folded.astype("<u8")  # in the upper half the space that follows, nothing within a run
    spaced |= np.uint64(_SPACE << 32)
    spaced[np.flatnonzero(in_run[:-1] & in_run[1:])] &= np.uint64(0xFFFF_FFFF)
    return str(spaced.compress(tells).data, "utf-32-le").replace("\0", "").removesuffix(" ")


def _longest(marked: NDArray[np.bool_]) -> int:
    bounds = np.flatnonzero(np.concatenate(([True], ~marked, [True])))
    return int((bounds[1:] - bounds[:-1]).max()) - 1


def _pieces(token: str) -> list[str]:
    return [token[start : start + LONGEST_TOKEN] for start in range(0, len(token), LONGEST_TOKEN)]


_ODD = 0xE000
_FEW_ODD = 50
"""Of so many characters that fold to none or several each is put in its place, which takes a microsecond; where there
are more, the text is written otherwise and folded again, which takes as long as folding it did."""

_FLAT = np.zeros(sys.maxunicode + 1, dtype=np.uint32)
"""Code point → the one code point it folds to, a space for a separator, _ODD for what folds otherwise, 0 if not known
yet. An array, because a page of results folds some ten thousand characters."""


def flat(text: str) -> tuple[str, list[int] | None]:
    """The text folded, separators as spaces, and for each character of it the place in `text` it came from.

    The places are None where every character stayed in its place. Tokens stand as in tokens(), but Han characters and
    runs are not parted from each other. `text` must be composed (NFC).
    """
    folded = _flat_codes(text)
    if folded is not None:
        return folded.tobytes().decode("utf-32"), None
    pieces = list(map(_PIECES.__getitem__, map(ord, text)))
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def flat_words(text: str) -> str:
    """The text folded as flat() folds it, without the places, and with single spaces between its words."""
    folded = _flat_codes(text, _PIECES) if len(text) >= _LONG_TEXT else None
    if folded is None:
        return " ".join(text.translate(_PIECES).split())
    tells = folded != _SPACE
    tells[1:] |= tells[:-1]  # a space behind a character stays
    return folded.compress(tells).tobytes().decode("utf-32").strip(" ")


class _FlatPieces(dict[int, str]):
    """Code point → folded text without the spaces around it, a separator a space."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDING[code]
        piece = self[code] = folded.strip() or " " * bool(folded)
        return piece


_PIECES = _FlatPieces()


def _flat_codes(text: str, odd: Mapping[int, str] | None = None) -> NDArray[np.uint32] | None:
    """None where a character folds to none or to several, unless `odd` says to what; to fold twice changes nothing."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    folded: NDArray[np.uint32] = _FLAT.take(codes)
    if not folded.all():
        for code in set(codes[folded == 0].tolist()):
            _FLAT[code] = _flat(code)
        folded = _FLAT.take(codes)
    is_odd = folded == _ODD
    if not is_odd.any():
        return folded
    if odd is None:
        return None
    places = np.flatnonzero(is_odd).tolist()
    if len(places) <= _FEW_ODD:
        return _spliced(folded, places, [odd[ord(text[place])] for place in places])
    for code in set(codes[is_odd].tolist()):
        text = text.replace(chr(code), odd[code])
    return _flat_codes(text)


def _spliced(folded: NDArray[np.uint32], places: Sequence[int], pieces: Sequence[str]) -> NDArray[np.uint32]:
    begins = [0, *(place + 1 for place in places)]
    between = [folded[begin:end] for begin, end in zip(begins, [*places, len(folded)], strict=True)]
    instead = [np.frombuffer(piece.encode("utf-32-le"), dtype="<u4") for piece in pieces]
    return np.concatenate([*chain.from_iterable(zip(between, instead, strict=False)), between[-1]])


def _flat(code: int) -> int:
    folded = _FOLDING[code]
    single = folded.strip() or " "
    parted = len(folded) > 1 and not _IS_SINGLE.fullmatch(single)  # (1) as one character, which parts what is around it
    return ord(single) if folded and len(single) == 1 and (single == " " or not parted) else _ODD


def pairs(of: Sequence[str]) -> list[str]:
    """Neighbouring tokens joined: the ranking field; none of fewer than two tokens."""
    return list(map(add, of, of[1:]))


def key(name: str) -> str:
    """A name as names are compared: its tokens joined, so that width, script, case and inner spaces do not count."""
    return "".join(tokens(name))


def as_compared(field: str, name: str) -> str:
    """The name of this field with all that tells it from others in letters: the prime of template A′ is no letter."""
    return name.replace("′", "-prime").replace("'", "-prime") if field == "template" else name


def is_han(token: str) -> bool:
    """Whether the token is a single Han character (or kana), not a run of letters and digits."""
    return len(token) == 1 and token >= _FIRST_HAN
