"""Plan: what is settled about article n of channel c before a word of its text is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from difang.samplesite.calendar import Calendar
from difang.samplesite.channels import Channel, Column, channels
from difang.samplesite.dice import Dice
from difang.samplesite.language import frames
from difang.samplesite.story import Bulletin, Story

NUMBER_BASE = 30_000_000
_STRIDE = 64  # numbers of different channels never meet


class Fate(StrEnum):
    """What an address in the listings really is."""

    ARTICLE = "article"
    SOFT_GONE = "soft_gone"  # status 200 with 页面没有找到 or 出错啦
    MISSING = "missing"  # 404
    WITHDRAWN = "withdrawn"  # 410
    STUB = "stub"  # a refresh stub that leads away
    NO_ARTICLE = "no_article"  # a list of links at an article's address
    FORBIDDEN = "forbidden"  # robots.txt forbids it


class Layout(StrEnum):
    """The template generations of the site and its other known layouts."""

    A = "A"
    A_PRIME = "A′"
    B = "B"
    C = "C"
    C_PRIME = "C′"
    HEALTH = "health"
    GRAY = "gray"
    TXTCON = "txtcon"
    CONTENT = "content"
    PIC = "pic"
    PICG = "picG"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Article n of a channel: number, time, place in the site, fate, story, and what becomes of it later."""

    channel: Channel
    n: int
    number: int
    published: datetime
    column: Column
    layout: Layout
    kind: str
    fate: Fate
    story: Story | Bulletin
    reprint: bool
    title: str
    correction: str | None  # "title", "number" or "editor"
    corrected_at: datetime | None
    deleted_at: datetime | None
    host: str
    path: str

    @property
    def url(self) -> str:
        """The address the site links."""
        return f"http://{self.host}{self.path}"

    @property
    def mirrored(self) -> bool:
        """Whether listings also link the traditional-Chinese mirror."""
        return self.fate is Fate.ARTICLE and self.n % 23 == 5

    def dice(self, seed: int, word: str) -> Dice:
        """Dice of this article alone."""
        return Dice(seed, word, self.channel.slug, self.n)


def number_of(channel: int, n: int) -> int:
    """The site's number of article n."""
    return NUMBER_BASE + n * _STRIDE + channel


def place_of(number: int) -> tuple[int, int]:
    """Channel index and n of a number; both may be of nothing that exists."""
    n, channel = divmod(number - NUMBER_BASE, _STRIDE)
    return channel, n


class Planner:
    """Makes plans; keeps the latest few thousand, because listings ask for the same ones again and again."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self.seed, self.calendar = seed, calendar
        self.plan = lru_cache(maxsize=4096)(self._plan)

    def _plan(self, channel: Channel, n: int) -> Plan:
        dice = Dice(self.seed, "plan", channel.slug, n)
        published = self.calendar.published(channel.index, n)
        fate = _fate(dice, channel) if n % 20 else Fate.ARTICLE
        bulletin = self.calendar.bulletin(n)
        kind = "article" if bulletin else _kind(dice, published)
        layout = _layout(dice, published, kind)
        column = column_of(self.seed, channel, n)
        reprint = not bulletin and dice.chance(0.08)
        story = self._story(dice, channel, n, published, column, reprint=reprint, bulletin=bulletin)
        number = number_of(channel.index, n)
        inside = f"{channel.forbidden}{number}.html"
        path = inside if fate is Fate.FORBIDDEN else path_of(published, column, number)
        if fate is Fate.MISSING and n % 2:  # a date that does not exist
            path = path.replace(f"/{published:%m%d}/", "/0231/")
        correction, corrected_at, deleted_at = _later(dice, published)
        old = channel.old_host if published.year < 2014 else None
        return Plan(
            channel=channel,
            n=n,
            number=number,
            published=published,
            column=column,
            layout=layout,
            kind=kind,
            fate=fate,
            story=story,
            reprint=reprint,
            title=story.title if bulletin else _decorated(dice, story.title),
            correction=correction if fate is Fate.ARTICLE and kind == "article" else None,
            corrected_at=corrected_at if fate is Fate.ARTICLE and kind == "article" else None,
            deleted_at=deleted_at if fate is Fate.ARTICLE else None,
            host=old or channel.host,
            path=path,
        )

    def _story(
        self,
        dice: Dice,
        channel: Channel,
        n: int,
        published: datetime,
        column: Column,
        *,
        reprint: bool,
        bulletin: bool,
    ) -> Story | Bulletin:
        day = published.date()
        if bulletin:
            return Bulletin(seed=self.seed, channel=channel, day=day, key=f"{channel.slug}-{n}")
        if not reprint:
            return Story(seed=self.seed, key=f"{channel.slug}-{n}", channel=channel, day=day, topic_of=column.name)
        if n < self.calendar.archive:  # archives are spread alike, so n tells the time
            shared, at = f"shared-n{n // 4}", self.calendar.published(0, n - n % 4).date()
        else:
            shared, at = f"shared-{day:%Y%m%d}-{n % 3}", day
        key = Dice(self.seed, shared)
        return Story(seed=self.seed, key=shared, channel=key.pick(channels()), day=at)


@lru_cache(maxsize=4096)
def _block(seed: int, channel: Channel, block: int) -> list[Column]:
    slots = [column for column in channel.columns for _ in range(column.weight)]
    return Dice(seed, "columns", channel.slug, block).shuffled(slots)


def column_of(seed: int, channel: Channel, n: int) -> Column:
    """The column of article n: each run of 20 articles holds every column as often as it weighs."""
    return _block(seed, channel, n // 20)[n % 20]


def _fate(dice: Dice, channel: Channel) -> Fate:
    forbidden = 30 if channel.forbidden else 0
    return dice.weighted(
        (
            (Fate.ARTICLE, 930),
            (Fate.SOFT_GONE, 15),
            (Fate.MISSING, 12),
            (Fate.WITHDRAWN, 8),
            (Fate.STUB, 12),
            (Fate.NO_ARTICLE, 11),
            (Fate.FORBIDDEN, forbidden),
        )
    )


def _kind(dice: Dice, published: datetime) -> str:
    old = published.year < 2013
    return dice.weighted(
        (
            ("article", 900),
            ("gallery", 40),
            ("video", 0 if old else 25),
            ("interview", 0 if old else 20),
            ("special", 0 if published.year < 2016 else 15),
        )
    )


def _layout(dice: Dice, published: datetime, kind: str) -> Layout:
    year = published.year
    if kind == "gallery":
        return Layout.PICG if year < 2016 else Layout.PIC
    if kind == "article" and dice.chance(0.08):
        if year < 2013:
            return Layout.CONTENT
        return dice.pick((Layout.HEALTH, Layout.GRAY if year < 2016 else Layout.TXTCON))
    if (year, published.month) < (2012, 3):
        return Layout.A
    if year < 2016:
        return Layout.A_PRIME
    if year < 2021:
        return Layout.B
    return Layout.C_PRIME if year >= 2025 and dice.chance(0.6) else Layout.C


def path_of(published: datetime, column: Column, number: int) -> str:
    """The path of an article: /GB/… until February 2012, /n/… until 2015, /n2/… since."""
    if (published.year, published.month) < (2012, 3):
        return f"{column.path}{number}.html"
    folder = "n" if published.year < 2016 else "n2"
    return f"/{folder}/{published:%Y/%m%d}/c{column.number}-{number}.html"


def _later(dice: Dice, published: datetime) -> tuple[str | None, datetime | None, datetime | None]:
    corrected = dice.pick(("title", "number", "editor")) if dice.chance(0.04) else None
    corrected_at = published + timedelta(minutes=dice.between(60, 72 * 60)) if corrected else None
    deleted_at = published + timedelta(minutes=dice.between(120, 120 * 60)) if dice.chance(0.02) else None
    return corrected, corrected_at, deleted_at


def _decorated(dice: Dice, title: str) -> str:
    series = f"{dice.pick(frames('coined_first'))}{dice.pick(frames('coined_second'))}"
    return dice.weighted(
        (
            (title, 900),
            (f"{series}观察丨{title}", 25),
            (f"{series}纪事｜{title}", 25),
            (f"{title}--来自{series}的报道", 20),
            (f"{title}（{series}·新走访）", 20),
            (f"“{series}”答卷：{title}", 10),
        )
    )
