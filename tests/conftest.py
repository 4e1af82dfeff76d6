"""What every test can ask for; the fixtures themselves live beside what they start."""

from tests.services.plugin import elasticsearch_url

__all__ = ["elasticsearch_url"]
