"""The operators' pages: the board, the channels, the runs, the issues."""
