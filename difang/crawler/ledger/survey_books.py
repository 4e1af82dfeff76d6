"""How far a survey is: the place in each listing, and the addresses it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from difang.crawler.ledger.survey_tables import survey_addresses, survey_listings
from difang.crawler.ledger.tables import addresses
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert, pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """How far one listing is walked: `next_url` the page to read next, None at the end.

    Pages up to number `low` show only what is newer than the days asked for, page `high` does not; what is newer than
    `reached` was seen. `misses` counts the runs in a row in which the next page could not be had.
    """

    url: str
    strict: bool
    next_url: str | None
    low: int = 0
    high: int | None = None
    reached: date | None = None
    pages: int = 0
    misses: int = 0
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """An address found at the site; `day` None where it tells none."""

    url: str
    day: date | None
    found_on: str
    in_sitemap: bool = False


@patient
class SurveyBooks:
    """The rows of listings and addresses of all surveys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_places(self, survey: int, places: Sequence[Place]) -> None:
        """Listings to walk; one that is there already stays as it is."""
        if places:
            with writing(self._engine) as connection:
                statement = insert(connection, survey_listings).on_conflict_do_nothing()
                connection.execute(statement, [asdict(place) | {"survey_id": survey} for place in places])

    def places(self, survey: int) -> list[Place]:
        """Every listing and how far it is."""
        query = select(survey_listings).where(survey_listings.c.survey_id == survey).order_by(survey_listings.c.url)
        with reading(self._engine) as connection:
            return [
                Place(**{name: row[name] for name in Place.__slots__}) for row in connection.execute(query).mappings()
            ]

    def keep(self, survey: int, place: Place, seen: Sequence[Seen] = (), *, pending: bool = False) -> None:
        """Write down, in one go, what a listing page showed and where its walk goes on; `pending`: to be fetched."""
        with writing(self._engine) as connection:
            here = (survey_listings.c.survey_id == survey, survey_listings.c.url == place.url)
            connection.execute(update(survey_listings).where(*here).values(asdict(place)))
            _see(connection, survey, seen, pending=pending)

    def see(self, survey: int, seen: Sequence[Seen], *, pending: bool) -> None:
        """Write down what the front page or the sitemap showed."""
        with writing(self._engine) as connection:
            _see(connection, survey, seen, pending=pending)

    def doubt(self, survey: int, doubtful: Sequence[Seen]) -> None:
        """These articles of ours are to be asked for; they may stand in the book already, as seen at the site."""
        with writing(self._engine) as connection:
            for some in pieces([one.url for one in doubtful]):
                here = (survey_addresses.c.survey_id == survey, survey_addresses.c.url.in_(some))
                connection.execute(update(survey_addresses).where(*here).values(pending=True))
            _see(connection, survey, doubtful, pending=True, listed=False)

    def pending(self, survey: int, most: int) -> list[Seen]:
        """The next addresses to fetch or to ask for, as they were found."""
        of = survey_addresses.c
        query = select(of.url, of.day, of.found_on, of.in_sitemap).where(of.survey_id == survey, of.pending)
        ordered = query.order_by(of.found_at, of.found_on, of.day.desc(), of.url).limit(most)
        with reading(self._engine) as connection:
            return [Seen(**row) for row in connection.execute(ordered).mappings()]

    def settle(self, survey: int, urls: Sequence[str]) -> None:
        """These were fetched, or need no fetching."""
        with writing(self._engine) as connection:
            here = (survey_addresses.c.survey_id == survey, survey_addresses.c.url.in_(urls))
            connection.execute(update(survey_addresses).where(*here).values(pending=False))

    def pending_days(self, survey: int) -> set[date | None]:
        """The days of which something is still to be fetched."""
        here = (survey_addresses.c.survey_id == survey, survey_addresses.c.pending)
        query = select(survey_addresses.c.day).where(*here).distinct()
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def outcomes(self, survey: int) -> dict[str | None, int]:
        """How many of the addresses found ended how, as the ledger knows today; None: not yet."""
        of = survey_addresses.c
        joined = survey_addresses.outerjoin(addresses, addresses.c.url == of.url)
        query = select(addresses.c.outcome, func.count()).select_from(joined).where(of.survey_id == survey, of.listed)
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(addresses.c.outcome))}

    def days(self, survey: int) -> dict[date, int]:
        """How many addresses it found at the site, by their day."""
        of = survey_addresses.c
        query = select(of.day, func.count()).where(of.survey_id == survey, of.listed, of.day.is_not(None))
        with reading(self._engine) as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(of.day))}

    def listed(self, survey: int) -> list[Seen]:
        """Everything seen at the site."""
        of = survey_addresses.c
        query = select(of.url, of.day, of.found_on, of.in_sitemap).where(of.survey_id == survey, of.listed)
        with reading(self._engine) as connection:
            return [Seen(**row) for row in connection.execute(query.order_by(of.day, of.url)).mappings()]


def _see(connection: Connection, survey: int, seen: Sequence[Seen], *, pending: bool, listed: bool = True) -> None:
    if not seen:
        return
    now = datetime.now(UTC)
    statement = insert(connection, survey_addresses)
    rows: list[dict[str, Any]] = [
        asdict(one) | {"survey_id": survey, "found_at": now, "listed": listed, "pending": pending} for one in seen
    ]
    connection.execute(statement.on_conflict_do_nothing(), rows)
    if in_sitemap := [one.url for one in seen if one.in_sitemap]:
        here = (survey_addresses.c.survey_id == survey, survey_addresses.c.url.in_(in_sitemap))
        connection.execute(update(survey_addresses).where(*here).values(in_sitemap=True))
