"""The schedule: when each channel is crawled, planned in the ledger before it happens, by one leader among many."""
