"""Both indexes, write and read side, under the same tests."""
