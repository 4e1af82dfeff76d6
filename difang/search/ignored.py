"""What of a query was not understood: a sentence for each thing, told in the order it was met."""

from __future__ import annotations

import re
import unicodedata

from difang.search.lexer import MINUS

STARS = "*＊"

_LONGEST_TOLD = 40  # characters of what was typed
_STAR = re.compile(rf"(?<!\d)[{STARS}]|[{STARS}](?!\d)")  # between digits it is a sign: 7*24小时


class Ignored:
    """What is ignored of one query."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._punctuation: list[str] = []

    def told(self) -> tuple[str, ...]:
        """Each sentence once."""
        return tuple(dict.fromkeys(self._told))

    def tell(self, what: str) -> None:
        """One sentence."""
        self._told.append(what)

    def tell_empty(self, text: str, *, typed: bool = False) -> None:
        """Tell of a part in which there is nothing to search for.

        Punctuation between spaces is as good as none (济南 | 要闻), unless it was meant for an operator, stands where
        something must stand (`typed`), or is all there is.
        """
        if text in MINUS:
            self.tell("a minus with nothing behind it")
        elif typed or any(character == "*" or unicodedata.category(character) == "So" for character in text):
            self.tell(_nothing_in(text))
        else:
            self._punctuation.append(text)

    def tell_star(self, text: str, *, shown_as: str = "") -> None:
        """A star that was meant for any characters is none in a word, nor within a name."""
        if _STAR.search(text):
            self.tell(f"the * of {shown(shown_as or text)}, since only a name may end in one")

    def tell_nothing(self, text: str) -> None:
        """Something was typed and nothing understood: it is always said why."""
        for what in self._punctuation or ([] if self._told or not text.strip() else [text]):
            self.tell(_nothing_in(what))


def no_date(where: str, text: str) -> str:
    """What is said of a day, month or year that there is none of."""
    return f"{where}:{shown(text)}, which is no date"


def shown(text: str) -> str:
    """What was typed, short and on one line, what cannot be printed as a mark."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text[:_LONGEST_TOLD]).strip()


def _nothing_in(text: str) -> str:
    return f"{shown(text)}, which holds no letter or digit"
