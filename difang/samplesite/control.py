"""Control: the orders that move the clock and switch faults, as JSON and as the text of --faults."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from difang.samplesite.alterations import CORRECTIONS, LISTING_MODES
from difang.samplesite.calendar import CHINA
from difang.samplesite.faults import Faults, parsed
from difang.samplesite.site import Site

_ALTERED = (*LISTING_MODES, "template", "silent", "none")


def set_clock(site: Site, order: dict[str, Any]) -> None:
    """{"now": ISO time} or {"advance_minutes": n}; raises ValueError saying what is wrong."""
    if "now" in order:
        moment = datetime.fromisoformat(str(order["now"]))
        site.advance(moment if moment.tzinfo else moment.replace(tzinfo=CHINA))
    elif "advance_minutes" in order:
        site.advance(timedelta(minutes=float(order["advance_minutes"])))
    else:
        raise ValueError("say now (an ISO time) or advance_minutes")


def set_fault(site: Site, faults: Faults, order: dict[str, Any]) -> None:
    """One order; raises ValueError saying what is wrong.

    {"channel": slug, host or "*", "fault": status | timeout | reset | down | empty | huge | binary | redesigned |
    hollow | template | silent | none, "share": 0..1}, or {"url": address, "fault": deleted | title | number | editor}
    for an article, or {"url": address, "fault": status … binary | none, "share": 0..1} for that address alone.
    """
    fault = str(order.get("fault", ""))
    if "url" in order:
        _set_address(site, faults, str(order["url"]), fault, float(order.get("share", 1)))
        return
    hosts = _hosts(site, str(order.get("channel", "")))
    if fault in _ALTERED:
        for slug in {slug for slug, _ in hosts}:
            _set_markup(site, slug, fault)
    if fault == "none" and order["channel"] == "*":
        faults.clear()
    elif fault == "none" or fault not in _ALTERED:
        chosen = None if fault == "none" else parsed(fault, float(order.get("share", 1)))
        for _, host in hosts:
            faults.set(host, chosen)


def set_faults(site: Site, faults: Faults, text: str) -> None:
    """The text of --faults: CHANNEL:FAULT[:SHARE] separated by commas, such as sd:503:0.2,js:reset:0.1,hb:down."""
    for word in filter(None, text.split(",")):
        channel, _, rest = word.strip().partition(":")
        fault, _, share = rest.partition(":")
        set_fault(site, faults, {"channel": channel, "fault": fault, "share": share or 1})


def state(site: Site, faults: Faults) -> dict[str, Any]:
    """What is switched on now."""
    altered = site.edition.alterations
    return {
        "faults": faults.listed(),
        "listings": altered.listings,
        "templates": sorted(altered.scrambled),
        "silent": sorted(altered.silent),
        "deleted": sorted(altered.deleted),
        "corrected": {str(number): [what for what, _ in done] for number, done in altered.corrected.items()},
    }


def _hosts(site: Site, channel: str) -> list[tuple[str, str]]:
    """Slug and host of what is meant; the central hosts have no slug."""
    if channel == "*":
        return [("*", "*"), *((one.slug, one.host) for one in site.channels)]
    for one in site.channels:
        if channel in (one.slug, one.host):
            return [(one.slug, one.host)]
    if channel in ("www.people.cn", "www.people.com.cn"):
        return [("", channel)]
    raise ValueError(f"the replica plays no channel {channel!r}")


def _set_markup(site: Site, slug: str, fault: str) -> None:
    altered = site.edition.alterations
    if fault == "none":
        altered.listings.pop(slug, None)
        altered.scrambled.discard(slug)
        altered.silent.pop(slug, None)
    elif fault == "template":
        altered.scrambled.add(slug)
    elif fault == "silent":
        altered.silent[slug] = site.now
    else:
        altered.listings[slug] = fault


def _set_address(site: Site, faults: Faults, url: str, fault: str, share: float) -> None:
    if fault not in (*CORRECTIONS, "deleted"):
        faults.set(url, None if fault == "none" else parsed(fault, share))
        return
    plan = site.plan(url)
    if plan is None:
        raise ValueError(f"the replica shows no article at {url}")
    if fault == "deleted":
        site.edition.alterations.deleted[plan.number] = site.now
    else:
        site.edition.alterations.corrected.setdefault(plan.number, []).append((fault, site.now))
