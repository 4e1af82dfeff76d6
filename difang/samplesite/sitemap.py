"""Sitemaps on www.people.cn with every channel's newest hundred, and the robots.txt of each host."""

from __future__ import annotations

from difang.samplesite.channels import Channel, channels
from difang.samplesite.edition import Edition

NEWEST = 100
CENTRAL = ("politics", "world", "finance", "society", "legal", "edu", "scitech", "culture", "sports", "health")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def index() -> str:
    """sitemap_index.xml, whose root is spelt sitemapIndex."""
    slugs = [*CENTRAL, *(channel.slug for channel in channels())]
    rows = "".join(
        f"<sitemap><loc>http://www.people.cn/sitemap/cn/{slug}/news_sitemap.xml</loc></sitemap>\n" for slug in slugs
    )
    return f'{_HEAD}<sitemapIndex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{rows}</sitemapIndex>\n'


def of_channel(edition: Edition, channel: Channel) -> str:
    """A channel's sitemap: its newest articles with the time of their last change; the newest is listed twice."""
    rows: list[str] = []
    for n in range(edition.count(channel) - 1, -1, -1):
        plan = edition.planner.plan(channel, n)
        if edition.visible(plan):
            _, modified = edition.corrections(plan)
            rows.append(f"<url><loc>{plan.url}</loc><lastmod>{modified.isoformat()}</lastmod></url>\n")
        if len(rows) == NEWEST:
            break
    return _urlset(rows[:1] + rows)


def of_central(slug: str) -> str:
    """The sitemap of a central channel: addresses of a host that is no regional one."""
    rows = [f"<url><loc>http://{slug}.people.com.cn/n1/2026/0101/c1001-4060000{k}.html</loc></url>\n" for k in range(5)]
    return _urlset(rows)


def robots(host: str, channel: Channel | None, crawl_delay: float) -> str:
    """The host's robots.txt: Crawl-delay on the central hosts, a forbidden path on some channels."""
    if channel is None:
        return f"User-agent: *\nDisallow:\nCrawl-delay: {crawl_delay:g}\n"
    forbidden = f"Disallow: {channel.forbidden}\n" if channel.forbidden else "Disallow:\n"
    return f"# {host}\nUser-agent: *\n{forbidden}"


def _urlset(rows: list[str]) -> str:
    return f'{_HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{"".join(rows)}</urlset>\n'
