"""Issues told to people: by whom they are wanted, in which words, when, and the heartbeat that says all is alive."""
