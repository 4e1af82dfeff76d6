"""The web: readers' pages, operators' pages, the API."""
