"""How an article is cited: by GB/T 7714—2015, and as a BibTeX entry."""

from __future__ import annotations

import re
from datetime import date

from difang.ingest.article import Article

_MOST_AUTHORS = 3
_BEGINS = 30  # characters
_SPECIAL = re.compile(r"[\\{}$&#^_~%]")
_SPELLED = {
    "\\": r"\textbackslash{}",
    "^": r"\^{}",
    "~": r"\~{}",
    "{": r"\textbraceleft{}",  # BibTeX counts \{ as a brace that must be closed
    "}": r"\textbraceright{}",
}


def gbt7714(article: Article, *, seen: date) -> str:
    """The reference in one line, read at the day `seen`.

    A newspaper's article read on the web is [N/OL] with its edition (4.4 of the standard), any other [EB/OL] with the
    day it was published (4.6); without a place no publisher stands there, as in the standard's own examples of 4.6.
    """
    authors = article.reporters or article.correspondents
    named = ", ".join(map(_line, authors[:_MOST_AUTHORS])) + (", 等" if len(authors) > _MOST_AUTHORS else "")
    title = _headline(article)
    lead = f"{named}. {title}" if named else title
    read = f"[{seen.isoformat()}]. {article.url}."
    if edition := article.print_edition:
        return f"{lead}[N/OL]. {_line(edition.paper)}, {edition.date}({_number(edition.page)}){read}"
    return f"{lead}[EB/OL]. ({article.published_at[:10]}){read}"


def bibtex(article: Article, *, seen: date) -> str:
    """An entry that BibTeX and biblatex both know: @article of the newspaper by its edition, else @misc.

    The key is the article's id. BibTeX's own styles know `year`, `howpublished` and `note`, biblatex reads `date` too.
    """
    edition, day = article.print_edition, article.published_at[:10]
    address = article.url.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")
    printed = (
        {
            "journal": _escaped(edition.paper),
            "entrysubtype": "newspaper",
            "year": edition.date[:4],
            "date": edition.date,
            "pages": _escaped(_number(edition.page)),
            "url": address,
            "urldate": seen.isoformat(),
        }
        if edition
        else {
            "howpublished": f"{_escaped(article.source or article.channel_name)}, \\url{{{address}}}",
            "year": day[:4],
            "date": day,
            "note": f"Published {day}, accessed {seen.isoformat()}",
        }
    )
    fields = {
        "author": " and ".join(f"{{{_escaped(name)}}}" for name in article.reporters or article.correspondents),
        "title": f"{{{_escaped(_headline(article))}}}",
        **printed,
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    kind = "article" if edition else "misc"
    return f"@{kind}{{{re.sub(r'[^A-Za-z0-9_-]', '_', article.id)},\n" + ",\n".join(lines) + "\n}\n"


def _headline(article: Article) -> str:
    """In one line; of an article without one how its text begins, in brackets as what stands in a title's place."""
    if title := _line(article.title):
        return title
    begins = _line(article.body)
    return f"[{begins[:_BEGINS]}{'…' if len(begins) > _BEGINS else ''}]" if begins else "[无标题]"


def _line(text: str) -> str:
    return " ".join(text.split())


def _number(page: str) -> str:
    """A page as it is cited: 4 of 04."""
    return page.lstrip("0") or page


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _SPELLED.get(found[0], "\\" + found[0]), _line(text))
