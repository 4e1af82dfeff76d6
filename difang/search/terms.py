"""What a word or a phrase of a query means: a run of characters, a long term, a name, a date."""

from __future__ import annotations

from datetime import date

from difang.ingest.article import Kind
from difang.ingest.index.analysis import as_compared, is_han, key, pairs, spelling, tokens
from difang.ingest.index.entry import LONGEST_NAME
from difang.search.dates import period
from difang.search.ignored import STARS, Ignored, no_date, shown
from difang.search.lexer import Lexeme, Sort, lone_bracket
from difang.search.spelled import spelled as spelled_out
from difang.search.tree import All, Most, Name, Published, Run, Tree

MOST_TERMS = 100
MOST_TOKENS = 500
"""Of all terms together."""
EXACT_HAN = 4
"""Han characters up to which a term is an exact run; likewise words in a row up to which each must occur."""

SHORT_SENTENCE = 8
"""Different tokens up to which a long term is read strictly."""

TIMES = ("from", "to")
"""The fields of a date."""

_KINDS = {
    "文章": Kind.ARTICLE, "图集": Kind.GALLERY, "组图": Kind.GALLERY, "图片": Kind.GALLERY, "视频": Kind.VIDEO,
    "访谈": Kind.INTERVIEW, "专题": Kind.SPECIAL,
}  # fmt: skip


class Terms:
    """The terms of one query, counted; `today` (in Beijing) is what 最近7天 counts from."""

    def __init__(self, today: date, ignored: Ignored) -> None:
        self._today, self._ignored = today, ignored
        self._terms = self._tokens = 0

    def value(self, lexeme: Lexeme, where: str) -> Tree | None:
        """What a word or phrase means in the text, in the title, as a name or as a date."""
        if where in TIMES:
            return self.published(lexeme.text, where)
        if where not in ("text", "title"):
            return self._name(lexeme, where)
        recent = where == "text" and lexeme.sort is Sort.WORD and lexeme.text.startswith("最近")
        if recent and (found := period(lexeme.text, self._today)):
            return Published(*found)
        quoted = lexeme.sort is Sort.PHRASE
        if not tokens(lexeme.text):
            self._ignored.tell_empty(f'"{lexeme.text}"' if quoted else lexeme.text, typed=quoted or where != "text")
            return None
        if not quoted and (bracket := lone_bracket(lexeme.text)):
            self._ignored.tell(
                "an opening bracket that nothing closes"
                if bracket is Sort.OPEN
                else "a closing bracket that nothing opens"
            )
        if not quoted:
            self._ignored.tell_star(lexeme.text)
        return self.long_or_run(lexeme.text, where, quoted=quoted)

    def published(self, text: str, where: str) -> Tree | None:
        """The days from this date or period on, or up to it."""
        found = period(text, self._today)
        if found is None:
            self._ignored.tell(no_date(where, text))
            return None
        return Published(since=found[0]) if where == "from" else Published(until=found[1])

    def long_or_run(self, text: str, where: str, *, quoted: bool) -> Tree | None:
        """An exact run where it is quoted or short, else a long term; None where no room is left."""
        run, spelled = tokens(text), spelled_out(text)
        room = MOST_TOKENS - self._tokens if self._terms < MOST_TERMS else 0
        if len(run) > room:
            self._ignored.tell(f"what goes beyond {MOST_TERMS} terms or {MOST_TOKENS} characters and words in all")
            run, spelled = run[:room], spelled[:room]
        if not run or not self._room(len(run)):
            return None
        han = sum(map(is_han, run))
        if quoted or (han <= EXACT_HAN if han else len(run) <= EXACT_HAN):
            return Run(tuple(run), where == "title", quoted, tuple(spelled))
        return most(run, spelled, title=where == "title")

    def _name(self, lexeme: Lexeme, where: str) -> Tree | None:
        prefix = lexeme.sort is Sort.WORD and lexeme.text[-1] in STARS
        text = as_compared(where, lexeme.text)
        named, spelled = key(text), "".join(spelling(text))
        if not named or not self._room(1):
            self._ignored.tell(f"{where}:{shown(lexeme.text)}")
            return None
        if lexeme.sort is Sort.WORD:
            self._ignored.tell_star(lexeme.text.rstrip(STARS), shown_as=lexeme.text)
        if where == "kind":
            named = spelled = _KINDS[named].value if named in _KINDS else named
        if len(named) > LONGEST_NAME:  # no index keeps a longer one, nor takes it as the beginning of one
            self._ignored.tell(f"{where}: after its first {LONGEST_NAME} characters")
        return Name(where, named[:LONGEST_NAME], prefix, spelled[:LONGEST_NAME])

    def _room(self, count: int) -> bool:
        """Whether a term of so many tokens still fits; it is counted where it does."""
        if self._terms >= MOST_TERMS or self._tokens + count > MOST_TOKENS:
            return False
        self._terms, self._tokens = self._terms + 1, self._tokens + count
        return True


def most(run: list[str], spelled: list[str], *, title: bool = False) -> Most:
    """A long term, measured as docs/search.md tells.

    Of up to eight different tokens three quarters must occur and half of the pairs of neighbours; of a longer one, a
    sentence, or one of letters, half of the tokens.
    """
    different, neighbours = len(set(run)), len(set(pairs(run)))
    if different <= SHORT_SENTENCE and any(map(is_han, run)):
        needed, pairs_needed = -(-different * 3 // 4), -(-neighbours // 2)
    else:
        needed, pairs_needed = max(1, different // 2), 0
    return Most(tuple(run), needed=needed, pairs_needed=pairs_needed, title=title, spelled=tuple(spelled))


def pooled(parts: list[Tree]) -> list[Tree]:
    """The sentences among the terms as one, because a headline's spaces part what belongs together."""
    parts = [one for part in parts for one in (part.parts if isinstance(part, All) else (part,))]
    sentences = [part for part in parts if isinstance(part, Most) and not part.title and part.is_sentence]
    if len(sentences) < 2:
        return parts
    run = [token for sentence in sentences for token in sentence.tokens]
    one = most(run, [token for sentence in sentences for token in sentence.spelled])
    return [one, *(part for part in parts if part not in sentences)]
