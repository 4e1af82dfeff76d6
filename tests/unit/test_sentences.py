"""What the programme says in English can be said on a Chinese page: every sentence that is written in the code."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import difang
from difang.command.contact import NO_CONTACT
from difang.command.serve import _NO_SCHEDULE
from difang.console.languages import FOLDER
from difang.console.sentences import LONGEST, retelling, retold
from difang.crawler.drift import UNREAD, Drift, Share
from difang.crawler.drift_issues import sentence_of
from difang.crawler.ledger.readings import SET_ASIDE, TEMPLATE, WARNING
from difang.crawler.schedule.clock import spell
from difang.crawler.watch.words import length

ROOT = Path(difang.__file__).parent
ROOMS = ("crawler", "ingest", "search", "console")
SAYING = {"DifangError", "HTTPException", "Reason", "Reading", "Trouble", "Unread", "no_article", "_refusal", "Stop"}
"""What is called with a sentence people read, beside the errors, which are found by their ancestors."""

NAMED = {"sentence", "reason", "why", "absence"}
NEVER_SHOWN = (
    "crawler/channel_table.py",  # refused before the service starts, as are the next ones
    "crawler/ledger/opening.py",
    "search/synonyms.py",
    "console/limiting.py",
    "ingest/index/load.py",  # of the command line alone
    "console/telling/duty.py",  # of the log alone, as is the next
    "crawler/ledger/lease.py",
    "console/api.py",  # to programs alone, in English
    "console/citation.py",  # of a form that is the same everywhere
    "crawler/trace.py",  # the console has words of its own for a standing
    "ingest/warc_walk.py",
    "ingest/index/moving/report.py",
    "ingest/reprocess/reprocess.py",
)
ASSEMBLED = {
    "There is no channel {0}{1} `difang channels` lists them.": (
        "There is no channel 甲. `difang channels` lists them.",
        "There is no channel 甲; do you mean 乙? `difang channels` lists them.",
    ),
    "Number {0} is {1} already{2}.": (
        "Number 3 is finished already; it cannot become paused.",
        "Number 3 is cancelled already.",
    ),
    "Another firing of the channel, {0}, was still waiting{1}; one waits at a time.": (
        "Another firing of the channel, run 甲, was still waiting for its turn; one waits at a time.",
        "Another firing of the channel, run 甲, was still waiting behind run 乙; one waits at a time.",
        "Another firing of the channel, an earlier firing, was still waiting for its turn; one waits at a time.",
        "Another firing of the channel, an earlier firing, was still waiting behind run 乙; one waits at a time.",
    ),
    "{0} It was left there.": ("It shows no article link. It was left there.",),
    "{0}: {1}{2} {3} no article link for {4} (before: {5}); the site may have been redesigned.": (
        "甲: the front page shows no article link for 3 h (before: 12); the site may have been redesigned.",
        "甲: the front page and 1 more listing show no article link for 3 h (before: 12);"
        " the site may have been redesigned.",
        "甲: the front page and 2 more listings show no article link for 3 h (before: 12);"
        " the site may have been redesigned.",
        "甲: 1 listing shows no article link for 3 days (before: 12); the site may have been redesigned.",
        "甲: 2 listings show no article link for 40 min (before: 12); the site may have been redesigned.",
    ),
    "{0}: the last {1} found no article, new or known{2}.": (
        "甲: the last run found no article, new or known.",
        "甲: the last 2 runs found no article, new or known: HTTP 502.",
    ),
    "{0}: the last {1} failed{2}.": ("甲: the last run failed: 乙 cancelled it.", "甲: the last 3 runs failed."),
    "The ingest worker on {0} {1}{2}, and was started again; no page is lost.": (
        "The ingest worker on 甲 was killed by signal 9, and was started again; no page is lost.",
        "The ingest worker on 甲 ended with code 1, 2 times in a row, and was started again; no page is lost.",
    ),
    "{0}, and for {1} no ingest worker takes any.": (
        "1 page waits, and for 2 min no ingest worker takes any.",
        "23 pages wait, and for 2 h no ingest worker takes any.",
    ),
    "The page has an article's body, but no {0} is to be found.": (
        "The page has an article's body, but no headline is to be found.",
        "The page has an article's body, but no date that exists is to be found.",
    ),
    "Alert {0} of {1} to {2} fails since {3} (Asia/Shanghai, {4} tries): {5}"
    " Its owner can mend or pause it on /alerts.": (
        "Alert 3 of 甲 to 乙 fails since 2026-11-23 08:15 (Asia/Shanghai, 4 tries): The receiver did not take"
        " the message (HTTP 500). Its owner can mend or pause it on /alerts.",
    ),
}
"""Sentences put together of words: every form they take."""

ALONE = re.compile(
    r"`[^`]*`|--\w+(?: archive)?|https?://\S+|mailtos?://\S+|li@example\.org|people:\w+|docs/\S+|/\w+|index_\w+"
    r"|\b(?:Elasticsearch|difang|DIFANG_INDEX|robots\.txt|HTTP|HTML|MB|MiB|PDF|WARC|ISO|cron|UTC|warc|read|url|id"
    r"|meta|title|https|gz|openapi\.json|mon|wed|sun|sat|fetched_at|text|event-stream|API|90m|2h|1d)\b"
)
"""Words that are the same in any language."""


def said_in(path: Path, errors: set[str]) -> Iterator[tuple[str, int, int]]:
    """Each sentence of a file, its fields as {0}, {1}; how many there are, and its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            speaks = ast.unparse(node.func).split(".")[-1] in errors | SAYING
            words = [
                *(node.args if speaks else ()),
                *(key.value for key in node.keywords if speaks or key.arg in NAMED),
            ]
            for word in words:
                if (form := form_of(word)) and " " in form[0]:
                    yield (*form, node.lineno)
        elif isinstance(node, ast.Return | ast.Assign):
            form = form_of(node.value)
            if form and re.match(r"[A-Z{].* .*[.]$", form[0]):
                yield (*form, node.lineno)


def form_of(node: ast.expr | None) -> tuple[str, int] | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, 0
    if isinstance(node, ast.JoinedStr):
        fields = itertools.count()
        parts = [str(v.value) if isinstance(v, ast.Constant) else f"{{{next(fields)}}}" for v in node.values]
        return "".join(parts), next(fields)
    return None


def kinds_of_error() -> set[str]:
    classes = [
        (node.name, {ast.unparse(base) for base in node.bases})
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    found = {"DifangError", "IgnoreRequest"}
    while more := {name for name, bases in classes if bases & found} - found:
        found |= more
    return found


def every_sentence() -> Iterator[tuple[str, str, int]]:
    errors = kinds_of_error()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place not in NEVER_SHOWN:
                yield from ((f"{place}:{line}", form, count) for form, count, line in said_in(path, errors))


def samples(form: str, fields: int) -> Iterator[str]:
    """The sentence with words, with numbers and with both in its fields."""
    for kinds in itertools.islice(itertools.product(("甲", "7"), repeat=fields), 64):
        yield form.format(*kinds) if fields else form


def is_chinese(text: str) -> bool:
    return re.search("[a-zA-Z]", ALONE.sub("", text)) is None


def test_every_sentence_of_the_code_can_be_said_in_chinese() -> None:
    found = list(every_sentence())
    assert len(found) > 200
    lacking = [
        f"{place}: {form}"
        for place, form, fields in found
        if form not in ASSEMBLED and not any(is_chinese(retold("zh", sample)) for sample in samples(form, fields))
    ]
    assert lacking == []
    assert ASSEMBLED.keys() - {form for _, form, _ in found} == set(), "what no code says any more"


@pytest.mark.parametrize("sentence", [one for forms in ASSEMBLED.values() for one in forms])
def test_sentences_put_together_of_words_can_be_said_in_chinese(sentence: str) -> None:
    assert is_chinese(retold("zh", sentence)), retold("zh", sentence)


@pytest.mark.parametrize("sentence", [NO_CONTACT, _NO_SCHEDULE])
def test_why_a_service_crawls_nothing_is_said_in_chinese(sentence: str) -> None:
    said = retold("zh", sentence)
    assert is_chinese(re.sub("DIFANG_CONTACT|http_proxy|--no-schedule", "", said)), said


@pytest.mark.parametrize("minutes", [1, 99, 100, 60 * 40, 60 * 24 * 3, 60 * 24 * 3 + 70, 200])
def test_lengths_of_time_are_said_in_chinese(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert is_chinese(retold("zh", length(span)).replace("天", "")), length(span)
    assert is_chinese(retold("zh", f"The machine was suspended for {spell(span)}.")), spell(span)


@pytest.mark.parametrize("sign", [UNREAD, SET_ASIDE, f"{WARNING}甲", f"{TEMPLATE}甲"])
@pytest.mark.parametrize("days", [1, 3])
def test_a_drift_is_said_in_chinese(sign: str, days: int) -> None:
    first = date(2026, 11, 3)
    now, usual = Share(pages=12, of=30), Share(pages=1, of=100)
    drift = Drift(sign=sign, now=now, usual=usual, first=first, last=first + timedelta(days=days - 1), shown_by=sign)
    assert is_chinese(retold("zh", sentence_of("山东频道", drift)))


def catalogue(language: str) -> list[tuple[str, str, str]]:
    found = []
    for part in sorted((FOLDER / language / "sentences").glob("*.po")):
        with part.open(encoding="utf-8") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    assert not list(message.check()), f"{part.name}: {message.id}"
                    found.append((part.name, str(message.id), str(message.string)))
    return found


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sentence_stands_once_in_the_catalogues_and_keeps_its_fields(language: str) -> None:
    told = catalogue(language)
    assert [form for form, times in Counter(form for _, form, _ in told).items() if times > 1] == []
    for part, form, said in told:
        assert said, f"{part}: {form}"
        fields = [set(re.findall(r"%\(\w+\)[ds]", text)) for text in (form, said)]
        assert fields[0] == fields[1], f"{part}: {form}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_sentence_is_taken_for_another(language: str) -> None:
    """Each is said as its own translation says it, whatever other forms it would fit."""
    for part, form, said in catalogue(language):
        fields = set(re.findall(r"%\((\w+)\)s", form))
        values = {name: f"〈{number}〉" for number, name in enumerate(sorted(fields))}
        numbers = {name: str(70 + at) for at, name in enumerate(sorted(set(re.findall(r"%\((\w+)\)d", form))))}
        filled = re.sub(r"%\((\w+)\)[ds]", lambda field: (values | numbers)[field[1]], form)  # noqa: B023 called here
        wanted = re.sub(r"%\((\w+)\)[ds]", lambda field: (values | numbers)[field[1]], said)  # noqa: B023 called here
        assert retelling(language).say(filled) == wanted, f"{part}: {form}"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "山东频道: the last 3 runs failed: The front page http://sd.example/ gives nothing: HTTP 502.",
            "山东频道：最近 3 次采集失败：首页 http://sd.example/ 取不到：HTTP 502。",
        ),
        (
            "The index does not answer for 2 min: Elasticsearch cannot be reached (ConnectionError); check DIFANG_INDEX"
            " and the server. 3 fetched pages wait for it; nothing is lost.",
            "索引已有 2 分钟没有应答：连不上 Elasticsearch（ConnectionError）；请检查 DIFANG_INDEX 和服务器。"
            "有 3 页采集到的网页在等它；什么都没有丢失。",
        ),
        ("li cancelled it. Its process had to be killed.", "li 停止了它。只好强行终止进程。"),
        (
            "The column http://a/ gives nothing: HTTP 500. (and 2 more)",
            "栏目 http://a/ 取不到：HTTP 500。（另有 2 处）",
        ),
        ("HTTP 502. Then the server said: go away.", "HTTP 502。Then the server said: go away."),
        ("", ""),
    ],
)
def test_sentences_within_and_behind_sentences_are_said_too(english: str, chinese: str) -> None:
    assert retold("zh", english) == chinese


@pytest.mark.parametrize(
    "words", ["ConnectionResetError: peer went away", "since yesterday the page is a mess", "不是文章", "x" * LONGEST]
)
def test_what_is_no_sentence_of_the_programme_stays_as_it_is(words: str) -> None:
    assert retold("zh", words) == words
    assert retold("en", words) == words


def test_a_long_text_of_many_likely_pieces_is_read_at_once() -> None:
    """A hostile reason may hold pieces of our sentences over and over: a bound of steps, not of luck."""
    piece = ": the last 3 runs failed: gives nothing for 3 h: "
    said = retold("zh", (piece * LONGEST)[:LONGEST])
    assert piece.strip() in said
