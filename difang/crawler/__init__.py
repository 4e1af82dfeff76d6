"""What and when we fetch: channels, discovery, the spider, politeness, the archive, schedule and run ledger."""
