"""The languages of the pages: Chinese, in which they are written, and English; what is not is in translations/."""

from __future__ import annotations

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


def N_(text: str) -> str:  # noqa: N802 the name gettext's tools look for
    """Mark a text that a template will translate."""
    return text


def language_of(request: Request) -> str:
    """What the reader chose, else what the browser asks for, else Chinese."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    asked = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")[:10]]
    return negotiate_locale([tag.split("-")[0].lower() for tag in asked if tag], list(LANGUAGES)) or "zh"


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
