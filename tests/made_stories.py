"""Reprints made up for tests: one story as several channels print it."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from difang.ingest.article import Article, content_hash
from tests.made_articles import CHANNELS, made_article, sentence

AGENCIES = ("本报", "人民网", "海岱晚报")


def body(key: str, sentences: int = 16) -> str:
    """The text of the story with this key, the same each time."""
    chance = random.Random(key)
    told = [f"{sentence(chance)}，{sentence(chance)}。" for _ in range(sentences)]
    return "\n".join("".join(told[start : start + 4]) for start in range(0, sentences, 4))


def edition(key: str, number: int, *, day: int = 1, **fields: Any) -> Article:
    """The story as one channel prints it: article people:L_<number>, published on that day of May 2026."""
    channel = list(CHANNELS)[number % len(CHANNELS)]
    text = f"{AGENCIES[number % len(AGENCIES)]}海岱5月1日电 （记者钱禾）{body(key)}"
    return made_article(
        **{
            "id": f"people:L_{number}",
            "url": f"http://{channel}.people.com.cn/n2/2026/05{day:02}/c1-{number}.html",
            "channel": channel,
            "channel_name": CHANNELS[channel],
            "title": f"海岱市公布新规{key}",
            "published_at": f"2026-05-{day:02}T08:00:00+08:00",
            "body": text,
            **fields,
        }
    )


def corrected(article: Article, text: str) -> Article:
    """A later version with another body."""
    return replace(
        article, body=text, content_hash=content_hash(article.title, text), fetched_at="2026-06-01T00:00:00+00:00"
    )
