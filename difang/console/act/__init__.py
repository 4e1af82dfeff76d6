"""The operators' deeds: set-aside pages, trying a page, traces, takedowns, long work on archive and index."""
