"""The parser: a reader's query to a tree, understood as far as possible, with what was ignored. Never raises."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from difang.ingest.article import Kind
from difang.ingest.index.analysis import as_compared, is_han, key, pairs, spelling, tokens
from difang.ingest.index.entry import LONGEST_NAME
from difang.search.dates import period
from difang.search.lexer import MINUS, Lexeme, Sort, lexemes, lone_bracket, lone_quote
from difang.search.pasted import is_pasted
from difang.search.spelled import spelled as spelled_out
from difang.search.tree import All, Either, Most, Name, Not, Published, Run, Tree, every, ranks, understood

LONGEST_QUERY = 10_000
"""Characters that are read."""
MOST_TERMS = 100
MOST_TOKENS = 500
"""Of all terms together."""
DEEPEST = 8
"""Brackets within brackets; Elasticsearch takes 30 levels of its own, of which each of ours needs up to three."""
EXACT_HAN = 4
"""Han characters up to which a term is an exact run; likewise words in a row up to which each must occur."""

SHORT_SENTENCE = 8
"""Different tokens up to which a long term is read strictly."""

_LONGEST_TOLD = 40  # characters of what was typed
_TIMES = ("from", "to")
_LATELY = ("最近", "近", "last")
_STARS = "*＊"
_STAR = re.compile(rf"(?<!\d)[{_STARS}]|[{_STARS}](?!\d)")  # between digits it is a sign: 7*24小时

_KINDS = {
    "文章": Kind.ARTICLE, "图集": Kind.GALLERY, "组图": Kind.GALLERY, "图片": Kind.GALLERY, "视频": Kind.VIDEO,
    "访谈": Kind.INTERVIEW, "专题": Kind.SPECIAL,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query as it was understood: the tree, the tree as text, and a sentence for each thing ignored.

    `typed` is the tree without synonyms; `operators` tells of an AND or of brackets around more than a word, which
    leave no mark in the tree; `pasted` of text whose spaces or quotes are typography.
    """

    tree: Tree
    typed: Tree
    understood: str
    ignored: tuple[str, ...]
    operators: bool = False
    pasted: bool = False


def parse(text: str, today: date) -> Query:
    """The tree of a query; `today` (in Beijing) is what 最近7天 counts from. An empty query means every article."""
    parser = _Parser(today)
    if len(text) > LONGEST_QUERY:
        parser.ignore(f"the query after its first {LONGEST_QUERY:,} characters")
    parser.queue = list(lexemes(text[:LONGEST_QUERY]))
    if lone_quote(" ".join(lexeme.text for lexeme in parser.queue if lexeme.sort is Sort.WORD)):
        parser.ignore("a quote that nothing closes")
    tree = parser.whole()
    if tree is None:
        parser.tell_nothing(text)
        # Something was typed and nothing understood: that finds nothing, rather than everything.
        tree = Either() if text.strip() else All()
    return Query(
        tree=tree,
        typed=tree,
        understood=understood(tree),
        ignored=tuple(dict.fromkeys(parser.ignored)),
        operators=parser.operators,
        pasted=is_pasted(text[:LONGEST_QUERY]),
    )


@dataclass
class _Parser:
    today: date
    queue: list[Lexeme] = field(default_factory=list)
    at: int = 0
    ignored: list[str] = field(default_factory=list)
    terms: int = 0
    tokens: int = 0
    punctuation: list[str] = field(default_factory=list)
    operators: bool = False

    def ignore(self, what: str) -> None:
        self.ignored.append(what)

    def empty(self, text: str, *, typed: bool = False) -> None:
        """Tell of a part in which there is nothing to search for.

        Punctuation between spaces is as good as none (济南 | 要闻), unless it was meant for an operator, stands where
        something must stand (`typed`), or is all there is.
        """
        if text in MINUS:
            self.ignore("a minus with nothing behind it")
        elif typed or any(character == "*" or unicodedata.category(character) == "So" for character in text):
            self.ignore(_nothing_in(text))
        else:
            self.punctuation.append(text)

    def tell_star(self, text: str, *, shown: str = "") -> None:
        """A star that was meant for any characters is none in a word, nor within a name."""
        if _STAR.search(text):
            self.ignore(f"the * of {_shown(shown or text)}, since only a name may end in one")

    def tell_nothing(self, text: str) -> None:
        """Something was typed and nothing understood: it is always said why."""
        for what in self.punctuation or ([] if self.ignored or not text.strip() else [text]):
            self.ignore(_nothing_in(what))

    def whole(self) -> Tree | None:
        parts = []
        while self.at < len(self.queue):
            if (part := self.conjunction("text", 0)) is not None:
                parts.append(part)
            if self.at < len(self.queue):  # only a bracket nobody opened stops a conjunction early
                self.at += 1
                self.ignore("a closing bracket that nothing opens")
        return every(_pooled(parts)) if parts else None

    def conjunction(self, where: str, depth: int) -> Tree | None:
        """Terms up to the closing bracket or the end; OR binds its two neighbours."""
        parts: list[Tree] = []
        either = False
        while (lexeme := self.peek()) is not None and lexeme.sort is not Sort.CLOSE:
            if lexeme.sort is Sort.AND:
                self.at += 1
                if either or not parts or self.ends():
                    self.ignore("an AND without a term on both sides")
                else:
                    self.operators = True
                continue
            if lexeme.sort is Sort.OR:
                self.at += 1
                if either or not parts or self.peek() is None:
                    self.ignore("an OR without a term on both sides")
                else:
                    either = True
                continue
            begun = self.at
            part = self.words() if where == "text" else None
            if self.at == begun:
                part = self.term(where, depth)
            if part is None:
                continue
            parts = [*parts[:-1], _either(parts[-1], part)] if either else [*parts, part]
            either = False
        if either:
            self.ignore("an OR without a term on both sides")
        return every(_pooled(parts)) if parts else None

    def ends(self) -> bool:
        """Whether nothing more stands within these brackets."""
        following = self.peek()
        return following is None or following.sort is Sort.CLOSE

    def peek(self) -> Lexeme | None:
        return self.queue[self.at] if self.at < len(self.queue) else None

    def words(self) -> Tree | None:
        """More than four words of letters and digits in a row are a pasted sentence: one long term.

        An AND is a word of a headline all in capitals, and an operator in any other.
        """
        end = self.at
        texts: list[str] = []
        while end < len(self.queue) and self.queue[end].sort in (Sort.WORD, Sort.AND):
            if self.queue[end].sort is Sort.AND:
                if not all(lexeme.text.upper() == lexeme.text for lexeme in self.queue[self.at : end + 2]):
                    break
            else:
                text = self.queue[end].text
                if any(map(is_han, tokens(text))):
                    break
                texts.append(text)
            end += 1
        while end > self.at and self.queue[end - 1].sort is Sort.AND:
            end -= 1
        if len(texts) <= EXACT_HAN or (end < len(self.queue) and self.queue[end].sort is Sort.OR):
            return None
        self.at = end
        for text in texts:
            if tokens(text):
                self.tell_star(text)
            else:
                self.empty(text)
        return self.long_or_run(" ".join(texts), "text", quoted=False)

    def term(self, where: str, depth: int) -> Tree | None:
        lexeme = self.queue[self.at]
        self.at += 1
        match lexeme.sort:
            case Sort.MINUS:
                return self.negated(where, depth)
            case Sort.FIELD:
                return self.field(lexeme.text, depth)
            case Sort.OPEN:
                return self.bracket(where, depth)
            case Sort.LONE_QUOTE:
                self.ignore("a quote that nothing closes")
                return None
        return self.value(lexeme, where)

    def negated(self, where: str, depth: int) -> Tree | None:
        following = self.peek()
        if following is None or following.sort in (Sort.CLOSE, Sort.OR, Sort.AND):
            self.ignore("a minus with nothing behind it")
            return None
        if following.sort is Sort.MINUS:
            return None  # two minuses: the second one counts
        part = self.term(where, depth)
        return None if part is None else Not(part)

    def bracket(self, where: str, depth: int) -> Tree | None:
        if depth >= DEEPEST:
            self.ignore(f"brackets more than {DEEPEST} deep")
            return None
        part = self.conjunction(where, depth + 1)
        self.operators = self.operators or (part is not None and ranks(part) and not isinstance(part, Run))
        if self.peek() is None:
            self.ignore("an opening bracket that nothing closes")
        self.at += 1
        return part

    def field(self, name: str, depth: int) -> Tree | None:
        if name in _TIMES and (day := self.day()):
            return self.published(day, name)
        following = self.peek()
        if following is not None and following.sort is Sort.OPEN and name not in _TIMES:
            self.at += 1
            return self.bracket(name, depth)
        if following is None or following.sort not in (Sort.WORD, Sort.PHRASE):
            self.ignore(f"{name}: with nothing behind it")
            return None
        self.at += 1
        return self.value(following, name)

    def day(self) -> str:
        """A date of more than one word: (2020), 最近 7天, or -1, which is none; empty where one word is all."""
        ahead = self.queue[self.at : self.at + 3]
        texts = [lexeme.text for lexeme in ahead]
        match [lexeme.sort for lexeme in ahead]:
            case [Sort.OPEN, Sort.WORD | Sort.PHRASE, Sort.CLOSE]:
                self.at += 3
                return texts[1]
            case [Sort.MINUS, Sort.WORD, *_] if texts[1][0].isdigit():
                self.at += 2
                return texts[0] + texts[1]
            case [Sort.WORD, Sort.WORD, *_] if texts[0] in _LATELY and period(texts[0] + texts[1], self.today):
                self.at += 2
                return texts[0] + texts[1]
        return ""

    def value(self, lexeme: Lexeme, where: str) -> Tree | None:
        """What a word or phrase means in the text, in the title, as a name or as a date."""
        if where in _TIMES:
            return self.published(lexeme.text, where)
        if where not in ("text", "title"):
            return self.name(lexeme, where)
        recent = where == "text" and lexeme.sort is Sort.WORD and lexeme.text.startswith("最近")
        if recent and (found := period(lexeme.text, self.today)):
            return Published(*found)
        quoted = lexeme.sort is Sort.PHRASE
        if not tokens(lexeme.text):
            self.empty(f'"{lexeme.text}"' if quoted else lexeme.text, typed=quoted or where != "text")
            return None
        if not quoted and (bracket := lone_bracket(lexeme.text)):
            self.ignore(
                "an opening bracket that nothing closes"
                if bracket is Sort.OPEN
                else "a closing bracket that nothing opens"
            )
        if not quoted:
            self.tell_star(lexeme.text)
        return self.long_or_run(lexeme.text, where, quoted=quoted)

    def published(self, text: str, where: str) -> Tree | None:
        found = period(text, self.today)
        if found is None:
            self.ignore(no_date(where, text))
            return None
        return Published(since=found[0]) if where == "from" else Published(until=found[1])

    def name(self, lexeme: Lexeme, where: str) -> Tree | None:
        prefix = lexeme.sort is Sort.WORD and lexeme.text[-1] in _STARS
        text = as_compared(where, lexeme.text)
        named, spelled = key(text), "".join(spelling(text))
        if not named or not self.room(1):
            self.ignore(f"{where}:{_shown(lexeme.text)}")
            return None
        if lexeme.sort is Sort.WORD:
            self.tell_star(lexeme.text.rstrip(_STARS), shown=lexeme.text)
        if where == "kind":
            named = spelled = _KINDS[named].value if named in _KINDS else named
        if len(named) > LONGEST_NAME:  # no index keeps a longer one, nor takes it as the beginning of one
            self.ignore(f"{where}: after its first {LONGEST_NAME} characters")
        return Name(where, named[:LONGEST_NAME], prefix, spelled[:LONGEST_NAME])

    def long_or_run(self, text: str, where: str, *, quoted: bool) -> Tree | None:
        run, spelled = tokens(text), spelled_out(text)
        room = MOST_TOKENS - self.tokens if self.terms < MOST_TERMS else 0
        if len(run) > room:
            self.ignore(f"what goes beyond {MOST_TERMS} terms or {MOST_TOKENS} characters and words in all")
            run, spelled = run[:room], spelled[:room]
        if not run or not self.room(len(run)):
            return None
        han = sum(map(is_han, run))
        if quoted or (han <= EXACT_HAN if han else len(run) <= EXACT_HAN):
            return Run(tuple(run), where == "title", quoted, tuple(spelled))
        return most(run, spelled, title=where == "title")

    def room(self, count: int) -> bool:
        """Whether a term of so many tokens still fits; it is counted where it does."""
        if self.terms >= MOST_TERMS or self.tokens + count > MOST_TOKENS:
            return False
        self.terms, self.tokens = self.terms + 1, self.tokens + count
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


def _pooled(parts: list[Tree]) -> list[Tree]:
    """The sentences among the terms as one, because a headline's spaces part what belongs together."""
    parts = [one for part in parts for one in (part.parts if isinstance(part, All) else (part,))]
    sentences = [part for part in parts if isinstance(part, Most) and not part.title and _is_sentence(part)]
    if len(sentences) < 2:
        return parts
    run = [token for sentence in sentences for token in sentence.tokens]
    one = most(run, [token for sentence in sentences for token in sentence.spelled])
    return [one, *(part for part in parts if part not in sentences)]


def _is_sentence(part: Most) -> bool:
    return part.pairs_needed == 0


def _either(left: Tree, right: Tree) -> Tree:
    parts = (*(left.parts if isinstance(left, Either) else (left,)), right)
    return Either(parts)


def no_date(where: str, text: str) -> str:
    """What `ignored` says of a day, month or year that there is none of."""
    return f"{where}:{_shown(text)}, which is no date"


def _nothing_in(text: str) -> str:
    return f"{_shown(text)}, which holds no letter or digit"


def _shown(text: str) -> str:
    """What was typed, short and on one line, what cannot be printed as a mark."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text[:_LONGEST_TOLD]).strip()
