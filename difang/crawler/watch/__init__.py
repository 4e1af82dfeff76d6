"""Watching the channels: what is unusual about one, found from what the ledger counted."""
