"""What a query says it ignored, in the words of the pages: the parser's English sentences, told in Chinese too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from difang.console.languages import N_
from difang.search.relax import RELAXED
from difang.search.synonyms import TOO_MANY

Note = tuple[str, dict[str, str]]
"""A sentence of the catalogue and what to put into it."""

_MOST = 5
_LONGEST = 80  # characters of what was typed
_SENTENCES = [
    (
        re.escape(RELAXED),
        N_("也包括最相近的一百篇，其中有的只含检索词的一部分；保存的检索和提醒不含它们。"),
    ),
    (re.escape(TOO_MANY), N_("同义词太多，只用了前面的。")),
    (r"the query after its first (?P<what>[\d,]+) characters", N_("检索词太长，只读了前 %(what)s 个字。")),
    (r"what goes beyond (?P<what>.+) in all", N_("检索词太多，后面的没有采用。")),
    (r"(?P<what>\w+): after its first \d+ characters", N_("%(what)s: 后面的名称太长，只读了开头。")),
    (r"(?P<what>\w+): after its first \d+ values", N_("%(what)s: 选得太多，后面的没有采用。")),
    ("a closing bracket that nothing opens", N_("未采用没有左括号的右括号。")),
    ("an opening bracket that nothing closes", N_("未采用没有右括号的左括号。")),
    (r"brackets more than (?P<what>\d+) deep", N_("括号最多套 %(what)s 层，更深的没有采用。")),
    ("an OR without a term on both sides", N_("未采用两边缺词的 OR。")),
    ("an AND without a term on both sides", N_("未采用两边缺词的 AND。")),
    ("a quote that nothing closes", N_("未采用没有成对的引号。")),
    ("a minus with nothing behind it", N_("未采用后面没有词的减号。")),
    (r"(?P<what>\w+): with nothing behind it", N_("未采用 %(what)s:，它后面没有词。")),
    (r"(?P<what>.+), which holds no letter or digit", N_("未采用 %(what)s，里面没有字母、汉字或数字。")),
    (
        r"the \* of (?P<what>.+), since only a name may end in one",
        N_("未采用 %(what)s 里的 *，它只能放在名称末尾，如 source:人民网*。"),
    ),
    (r"(?P<what>.+), which is no date", N_("未采用 %(what)s，没有这样的日期。")),
]
_READ = [(re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _SENTENCES]


def notes(ignored: Sequence[str]) -> list[Note]:
    """The first few of them."""
    return [_note(said) for said in ignored[:_MOST]]


def _note(said: str) -> Note:
    for pattern, sentence in _READ:
        if found := pattern.fullmatch(said):
            return sentence, {name: value[:_LONGEST] for name, value in found.groupdict().items()}
    return N_("未采用 %(what)s。"), {"what": said[:_LONGEST]}
