"""The parser: a reader's query to a tree, understood as far as possible, with what was ignored. Never raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from difang.ingest.index.analysis import is_han, tokens
from difang.search.dates import period
from difang.search.ignored import Ignored
from difang.search.lexer import Lexeme, Sort, lexemes, lone_quote
from difang.search.pasted import is_pasted
from difang.search.terms import EXACT_HAN, TIMES, Terms, pooled
from difang.search.tree import All, Either, Not, Run, Tree, every, ranks, understood

LONGEST_QUERY = 10_000
"""Characters that are read."""
DEEPEST = 8
"""Brackets within brackets; Elasticsearch takes 30 levels of its own, of which each of ours needs up to three."""

_LATELY = ("最近", "近", "last")


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
    ignored = Ignored()
    if len(text) > LONGEST_QUERY:
        ignored.tell(f"the query after its first {LONGEST_QUERY:,} characters")
    queue = list(lexemes(text[:LONGEST_QUERY]))
    if lone_quote(" ".join(lexeme.text for lexeme in queue if lexeme.sort is Sort.WORD)):
        ignored.tell("a quote that nothing closes")
    parser = _Parser(queue=queue, ignored=ignored, terms=Terms(today, ignored), today=today)
    tree = parser.whole()
    if tree is None:
        ignored.tell_nothing(text)
        # Something was typed and nothing understood: that finds nothing, rather than everything.
        tree = Either() if text.strip() else All()
    return Query(
        tree=tree,
        typed=tree,
        understood=understood(tree),
        ignored=ignored.told(),
        operators=parser.operators,
        pasted=is_pasted(text[:LONGEST_QUERY]),
    )


@dataclass(kw_only=True)
class _Parser:
    queue: list[Lexeme]
    ignored: Ignored
    terms: Terms
    today: date
    at: int = 0
    operators: bool = False

    def whole(self) -> Tree | None:
        parts = []
        while self.at < len(self.queue):
            if (part := self.conjunction("text", 0)) is not None:
                parts.append(part)
            if self.at < len(self.queue):  # only a bracket nobody opened stops a conjunction early
                self.at += 1
                self.ignored.tell("a closing bracket that nothing opens")
        return every(pooled(parts)) if parts else None

    def conjunction(self, where: str, depth: int) -> Tree | None:
        """Terms up to the closing bracket or the end; OR binds its two neighbours."""
        parts: list[Tree] = []
        either = False
        while (lexeme := self.peek()) is not None and lexeme.sort is not Sort.CLOSE:
            if lexeme.sort is Sort.AND:
                self.at += 1
                if either or not parts or self.ends():
                    self.ignored.tell("an AND without a term on both sides")
                else:
                    self.operators = True
                continue
            if lexeme.sort is Sort.OR:
                self.at += 1
                if either or not parts or self.peek() is None:
                    self.ignored.tell("an OR without a term on both sides")
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
            self.ignored.tell("an OR without a term on both sides")
        return every(pooled(parts)) if parts else None

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
                self.ignored.tell_star(text)
            else:
                self.ignored.tell_empty(text)
        return self.terms.long_or_run(" ".join(texts), "text", quoted=False)

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
                self.ignored.tell("a quote that nothing closes")
                return None
        return self.terms.value(lexeme, where)

    def negated(self, where: str, depth: int) -> Tree | None:
        following = self.peek()
        if following is None or following.sort in (Sort.CLOSE, Sort.OR, Sort.AND):
            self.ignored.tell("a minus with nothing behind it")
            return None
        if following.sort is Sort.MINUS:
            return None  # two minuses: the second one counts
        part = self.term(where, depth)
        return None if part is None else Not(part)

    def bracket(self, where: str, depth: int) -> Tree | None:
        if depth >= DEEPEST:
            self.ignored.tell(f"brackets more than {DEEPEST} deep")
            return None
        part = self.conjunction(where, depth + 1)
        self.operators = self.operators or (part is not None and ranks(part) and not isinstance(part, Run))
        if self.peek() is None:
            self.ignored.tell("an opening bracket that nothing closes")
        self.at += 1
        return part

    def field(self, name: str, depth: int) -> Tree | None:
        if name in TIMES and (day := self.day()):
            return self.terms.published(day, name)
        following = self.peek()
        if following is not None and following.sort is Sort.OPEN and name not in TIMES:
            self.at += 1
            return self.bracket(name, depth)
        if following is None or following.sort not in (Sort.WORD, Sort.PHRASE):
            self.ignored.tell(f"{name}: with nothing behind it")
            return None
        self.at += 1
        return self.terms.value(following, name)

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


def _either(left: Tree, right: Tree) -> Tree:
    parts = (*(left.parts if isinstance(left, Either) else (left,)), right)
    return Either(parts)
