"""The languages of the pages: Chinese, in which they are written, and English; what is not is in translations/."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

LANGUAGES = {"zh": "中文", "en": "English"}
COOKIE = "difang_language"
FOLDER = Path(__file__).parent / "translations"
_MOST_ASKED = 10
_WEIGHT = re.compile(r"[qQ]=([01](?:\.[0-9]{0,3})?)")


def N_(text: str) -> str:  # noqa: N802 the name gettext's tools look for
    """Mark a text that a template will translate."""
    return text


def language_of(request: Request) -> str:
    """What the reader chose, else what the browser asks for, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return negotiate_locale(_wanted(request.headers.get("accept-language", "")), list(LANGUAGES)) or "zh"


def _wanted(header: str) -> list[str]:
    """The languages of an Accept-Language header without their regions, the most wanted first."""
    weighed = []
    for part in header.split(",")[:_MOST_ASKED]:
        tag, _, weight = part.partition(";")
        if tag.strip() and (wanted := _weight(weight)):
            weighed.append((-wanted, tag.strip().split("-")[0].lower()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: pair[0])]


def _weight(text: str) -> float:
    """Of `q=0.8`: 1 where none is given, 0 (not wanted) for what is no weight."""
    if not text.strip():
        return 1.0
    found = _WEIGHT.fullmatch(text.strip())
    return float(found[1]) if found else 0.0


@cache
def translations(language: str) -> NullTranslations:
    """The catalogues of a language; Chinese has that of the API's description alone, which is written in English."""
    found = Translations()
    for part in sorted((FOLDER / language).glob("*.po")):  # one a part of the console
        with part.open(encoding="utf-8") as file:
            catalogue = read_po(file, locale=language)
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        found.merge(Translations(compiled))
    return found
