"""Who runs the crawl: without a contact the live site is not crawled."""

from __future__ import annotations

from urllib.request import getproxies

from difang.command.settings import Settings

NO_CONTACT = (
    "A crawl of the live site needs a contact that its operators can write to; set DIFANG_CONTACT to a mail"
    " address or a page (or http_proxy to a replica)."
)


def may_crawl(settings: Settings) -> bool:
    """Whether there is a contact, or a proxy stands in for the site."""
    return bool(settings.contact) or "http" in getproxies()
