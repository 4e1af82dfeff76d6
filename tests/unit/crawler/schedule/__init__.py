"""The schedule: its timings and decisions."""
