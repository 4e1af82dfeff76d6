"""Trends: how often queries are found over time and over the channels, as plots, a map and figures."""
