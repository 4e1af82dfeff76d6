"""The ledger, the same tests on both databases."""
