"""The schedule on real ledgers."""
