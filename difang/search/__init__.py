"""The read side of the index: the query language, results, export."""
