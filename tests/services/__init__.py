"""Real services for tests: what installs them, and the fixtures that start them."""
