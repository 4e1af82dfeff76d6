"""How an article is cited: by GB/T 7714—2015, and as a BibTeX entry."""

from __future__ import annotations

import re
from datetime import date

from difang.ingest.article import Article

_MOST_AUTHORS = 3
_SPECIAL = re.compile(r"[\\{}$&#^_~%]")
_SPELLED = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}


def gbt7714(article: Article, *, seen: date) -> str:
    """The reference in one line, read at the day `seen`: a newspaper's article [N] by its edition, others [EB/OL]."""
    authors = article.reporters or article.correspondents
    named = ", ".join(authors[:_MOST_AUTHORS]) + (", 等" if len(authors) > _MOST_AUTHORS else "")
    lead = f"{named}. " if named else ""
    if edition := article.print_edition:
        return f"{lead}{article.title}[N]. {edition.paper}, {edition.date}({edition.page})."
    place = article.source or article.channel_name
    return f"{lead}{article.title}[EB/OL]. {place}, ({article.published_at[:10]})[{seen.isoformat()}]. {article.url}."


def bibtex(article: Article, *, seen: date) -> str:
    """An @online entry; the key is the article's id."""
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in article.reporters or article.correspondents),
        "title": f"{{{_escaped(article.title)}}}",
        "organization": _escaped(article.source or article.channel_name),
        "date": article.published_at[:10],
        "url": article.url.replace("{", "%7B").replace("}", "%7D"),
        "urldate": seen.isoformat(),
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@online{{{re.sub(r'[^A-Za-z0-9_-]', '_', article.id)},\n" + ",\n".join(lines) + "\n}\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _SPELLED.get(found[0], "\\" + found[0]), text)
