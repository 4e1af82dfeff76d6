"""The write side of the index: the port, the embedded index and Elasticsearch."""
