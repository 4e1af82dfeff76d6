"""Unknown layouts: 肩题 and 副题 next to the headline, and the author line between it and the body, by their form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree

from difang.ingest.extract.credits import credits_in
from difang.ingest.extract.template import Found
from difang.ingest.extract.text import NEVER_TEXT, opening_of, text_of

_SUBHEADINGS = frozenset(("h2", "h3", "h4", "h5"))
_LONGEST = 60
_LEVELS = 4
_MOST_BESIDE = 30
_MOST_PARTS = 100


def beside_headline(name: str, headline: etree._Element, body: etree._Element) -> Found | None:
    """What gives the field of this name, which is `pre_title`, `subtitle` or `byline`; None where nothing does.

    A smaller heading right above the headline is the 肩题, one right below it the 副题.
    """
    if name == "byline":
        return next(_credits(headline, body), None)
    heading = headline.getprevious() if name == "pre_title" else headline.getnext()
    if heading is None or heading.tag not in _SUBHEADINGS or len(opening_of(heading, _LONGEST)) > _LONGEST:
        return None
    text = text_of(heading)
    return Found(element=heading, text=text, selector=f"{heading.tag} beside the headline") if text else None


def _credits(headline: etree._Element, body: etree._Element) -> Iterator[Found]:
    reached = {headline, *headline.iterancestors()}
    for level in [body, *islice(body.iterancestors(), _LEVELS)]:
        for element in islice(level.itersiblings(preceding=True), _MOST_BESIDE):
            for part in islice(element.iter(), _MOST_PARTS):
                if part.tag in NEVER_TEXT or part in reached:
                    continue
                text = opening_of(part, _LONGEST)
                if len(text) <= _LONGEST and credits_in(text, author_line=True):
                    yield Found(element=part, text=text, selector="credit between headline and body")
            if element in reached:
                return
