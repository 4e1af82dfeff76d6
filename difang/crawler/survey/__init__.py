"""Surveys: walking a channel's listings back in time over many runs, to fetch (backfill) or to compare (audit)."""
