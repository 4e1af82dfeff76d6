"""The extractors that benchmarks compare, each as a function from a page's text to its body and the people it names."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import trafilatura

from difang.ingest.extract import extract
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import Page


@dataclass(frozen=True, kw_only=True)
class Result:
    """What an extractor made of a page: its body, and whom it names as author or editor."""

    body: str
    people: tuple[str, ...] = ()


Extractor = Callable[[Page, str], Result]
"""Gets the page as fetched and its text, rightly decoded (which the others are spared)."""


def extractors(hosts: Hosts) -> dict[str, Extractor]:
    """Every extractor that is installed, by name; requirements-bench.lock brings the others (README.md)."""
    found: dict[str, Extractor] = {
        "difang": lambda page, _: _difang(page, hosts),
        "trafilatura": lambda _, text: Result(body=trafilatura.extract(text) or ""),
        "trafilatura, metadata": lambda _, text: _trafilatura(text),
        "trafilatura precision": lambda _, text: _trafilatura(text, favor_precision=True),
        "trafilatura fast": lambda _, text: _trafilatura(text, fast=True),
    }
    others = {
        "newspaper4k": ("newspaper", _newspaper),
        "readability-lxml": ("readability", _readability),
        "GNE": ("gne", _gne),
        "goose3": ("goose3", _goose),
        "resiliparse": ("resiliparse", _resiliparse),
    }
    for name, (module, function) in others.items():
        if importlib.util.find_spec(module):
            found[name] = function
    return found


def _difang(page: Page, hosts: Hosts) -> Result:
    reading = extract(page, hosts)
    if not isinstance(reading, PageReading):
        return Result(body="")
    return Result(body=reading.article.body, people=reading.article.editors)


def _trafilatura(text: str, **options: Any) -> Result:
    document = trafilatura.bare_extraction(text, with_metadata=True, **options)
    if document is None or isinstance(document, dict):
        return Result(body="")
    return Result(body=document.text or "", people=_names(document.author or ""))


def _newspaper(page: Page, text: str) -> Result:
    article = importlib.import_module("newspaper").Article(page.url, language="zh", fetch_images=False)
    images = article.extractor.image_extractor
    images._fetch_image = lambda *_: None  # it would ask the site for pictures whatever it is told
    article.download(input_html=text)
    article.parse()
    return Result(body=article.text, people=tuple(article.authors))


def _readability(_: Page, text: str) -> Result:
    summary = importlib.import_module("readability").Document(text).summary()
    return Result(body=re.sub(r"<[^>]+>", "", summary))


def _gne(_: Page, text: str) -> Result:
    found = importlib.import_module("gne").GeneralNewsExtractor().extract(text)
    return Result(body=found["content"], people=_names(found.get("author") or ""))


def _goose(page: Page, text: str) -> Result:
    goose3 = importlib.import_module("goose3")
    words = importlib.import_module("goose3.text").StopWordsChinese
    with goose3.Goose({"stopwords_class": words, "enable_image_fetching": False}) as goose:
        article = goose.extract(url=page.url, raw_html=text)
    return Result(body=article.cleaned_text, people=tuple(article.authors))


def _resiliparse(_: Page, text: str) -> Result:
    plain = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    return Result(body=plain(text, main_content=True, alt_texts=False))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[;；、，,\s]+", text) if name)
