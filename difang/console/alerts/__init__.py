"""Saved searches: their pages, what finds articles for them, and what sends the alerts."""
