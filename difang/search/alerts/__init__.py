"""Saved searches matched against articles as they come in."""
