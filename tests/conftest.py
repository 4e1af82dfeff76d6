"""What every test can ask for; the fixtures themselves live beside what they start."""

from tests.services.plugin import chromium, elasticsearch_url

__all__ = ["chromium", "elasticsearch_url"]
