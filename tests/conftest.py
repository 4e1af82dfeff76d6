"""What every test can ask for; the fixtures themselves live beside what they start."""

from tests.services.plugin import (
    _template,
    chromium,
    elasticsearch_url,
    ledger_address,
    postgresql,
    postgresql_ledger,
)

__all__ = ["_template", "chromium", "elasticsearch_url", "ledger_address", "postgresql", "postgresql_ledger"]
