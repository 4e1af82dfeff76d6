"""Accessibility of a page in a browser, as axe-core sees it."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page

_RUN = """
options => axe.run({...options, resultTypes: ["violations"], iframes: false}).then(found => found.violations)
"""
"""Frames are left out: the one there is shows a foreign page in a sandbox, where axe can run nothing."""


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong on the page as it stands there now; only these rules, where any are named."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE_SCRIPT)  # by the debugger, which the page's own security policy does not bind
    options: dict[str, Any] = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found: list[dict[str, Any]] = page.evaluate(_RUN, options)
    return [
        f"{page.url}: {one['id']} ({one['impact']}): {node['target']} {node['html'][:200]}"
        for one in found
        for node in one["nodes"]
    ]
