"""From the bytes of a page to an article: templates, fields, body. A pure function; no I/O in this room."""
