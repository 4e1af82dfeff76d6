"""The known layouts of the site, one module each: adding one is adding its module, which sets `TEMPLATE`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from difang.ingest.extract.template import Template


@cache
def templates() -> tuple[Template, ...]:
    """Every template of this folder, the highest rank first, then by name."""
    modules = [importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted((module.TEMPLATE for module in modules), key=lambda template: (-template.rank, template.name)))
