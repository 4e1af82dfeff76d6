"""What every test can ask for; the fixtures themselves live beside what they start."""

from hypothesis import settings

from tests.json_log import told
from tests.services.plugin import (
    _template,
    chromium,
    elasticsearch_url,
    ledger_address,
    postgresql,
    postgresql_ledger,
)

__all__ = ["_template", "chromium", "elasticsearch_url", "ledger_address", "postgresql", "postgresql_ledger", "told"]

settings.register_profile("difang", deadline=None)  # how fast something is, is measured in bench/
settings.load_profile("difang")
