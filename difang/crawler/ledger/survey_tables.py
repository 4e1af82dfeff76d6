"""The tables of surveys (walks back in time through a channel's listings) and of the coverage they prove."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, Date, Index, Integer, Table, Text

from difang.crawler.ledger.schema import Moment, metadata


class SurveyPurpose(StrEnum):
    """What a survey is made for."""

    BACKFILL = "backfill"  # fetch what the listings show of these days
    AUDIT = "audit"  # compare what they show with what we have


class SurveyState(StrEnum):
    """The life of a survey."""

    ACTIVE = "active"  # worked on step by step, run after run
    PAUSED = "paused"  # stopped by a person, to be resumed
    FINISHED = "finished"  # every listing walked, every address taken care of
    CANCELLED = "cancelled"  # given up by a person


surveys = Table(
    "surveys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("each", Boolean, nullable=False),  # an audit that asks for every article we have, not only for doubtful ones
    Column("state", Text, nullable=False),
    Column("sentence", Text),  # why it rests, or what it could not do
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    Column("resume_at", Moment),  # it rests until then: the allowance is spent, the host is down
    Column("run_id", Text),  # the run that works on it, or did last
    Column("columns_known", Boolean, nullable=False),  # the front page was read, its columns are in survey_listings
    Column("doubts_known", Boolean, nullable=False),  # an audit: what must be asked for is in survey_addresses
    Column("runs", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("failures", Integer, nullable=False),  # runs that failed in a row
    Column("expected_articles", Integer, nullable=False),  # as estimated at the start
    Column("expected_requests", Integer, nullable=False),
    Index("surveys_state", "state", "channel"),
)

survey_listings = Table(
    "survey_listings",
    metadata,
    Column("survey_id", Integer, primary_key=True),
    Column("url", Text, primary_key=True),  # the listing, see links.listing_key
    Column("strict", Boolean, nullable=False),  # it must show articles, or the site was redesigned
    Column("next_url", Text),  # the page to read next; NULL: walked as far as needed
    Column("low", Integer, nullable=False),  # pages up to this number are newer than the days asked for
    Column("high", Integer),  # this page is not; NULL: none such known
    Column("reached", Date),  # what is newer was seen; NULL: nothing yet
    Column("pages", Integer, nullable=False),  # read
    Column("misses", Integer, nullable=False),  # runs in a row in which its next page could not be had
    Column("sentence", Text),  # why it was left before its end
)

survey_addresses = Table(
    "survey_addresses",
    metadata,
    Column("survey_id", Integer, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("day", Date),  # by the address; NULL: it tells none
    Column("found_on", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("listed", Boolean, nullable=False),  # seen at the site; an audit also asks for what is listed no more
    Column("in_sitemap", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),  # still to be fetched, or asked for
    Index("survey_addresses_pending", "survey_id", "pending", "found_at"),
)

coverage = Table(
    "coverage",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("found", Integer, nullable=False),  # addresses the site's listings and sitemap show
    Column("indexed", Integer, nullable=False),  # of these, articles that are searchable
    Column("missing", Integer, nullable=False),  # of these, never fetched
    Column("taken_down", Integer, nullable=False),  # indexed, and gone at the site
    Column("outcomes", Text, nullable=False),  # JSON: outcome (or in_queue, missing) → how many of `found`
    Column("checked_at", Moment, nullable=False),
    Column("survey_id", Integer, nullable=False),
)
