"""Pages in, searchable articles out: page queue, extraction, article, worker, the write side of the index."""
