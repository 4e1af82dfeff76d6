"""The programme's own sentences, which are English wherever they are kept, said again in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from babel.messages.pofile import read_po

from difang.console.languages import FOLDER, translations

LONGEST = 1_000
"""Characters; what is longer is a traceback or somebody's text, and is left alone."""

_FIELD = re.compile(r"%\((\w+)\)([ds])")
_SORTS = {"d": r"\d[\d,]*", "s": r".+?"}
_BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z0-9`])")


class Retelling:
    """Knows the sentences of one catalogue by their form; fields are said again themselves, as far as they can be."""

    def __init__(self, catalogue: Mapping[str, str]) -> None:
        """`catalogue`: sentence → its translation, both with fields such as %(number)d (digits) and %(why)s (any)."""
        self._whole = {form: said for form, said in catalogue.items() if not _FIELD.search(form)}
        forms = [form for form in catalogue if form not in self._whole]
        forms.sort(key=lambda form: -len(_FIELD.sub("", form)))  # the form that says most itself is the nearest
        self._forms = [(_pattern(form), catalogue[form]) for form in forms]
        self.say = lru_cache(maxsize=5_000)(self._say)

    def _say(self, text: str) -> str:
        """The text in this catalogue's language; what is none of its sentences is given back as it is."""
        if len(text) > LONGEST:
            return text
        if text in self._whole:
            return self._whole[text]
        parts = _BETWEEN.split(text) if _BETWEEN.search(text) else []
        if parts and all(map(self.knows, parts)):
            return _joined(map(self.say, parts))
        for pattern, said in self._forms:
            if found := pattern.fullmatch(text):
                return self._filled(said, found)
        return _joined(map(self.say, parts)) if parts else text

    def _filled(self, said: str, found: re.Match[str]) -> str:
        return _FIELD.sub(lambda field: self._field(found[field[1]]), said)

    def _field(self, value: str) -> str:
        """A sentence inside another stands without its full stop."""
        said = self.say(value)
        return self.say(f"{value}.").removesuffix("。") if said == value and self.knows(f"{value}.") else said

    def knows(self, text: str) -> bool:
        """Whether the text is one of the catalogue's sentences, or holds one."""
        return self.say(text) != text


def retold(language: str, text: str) -> str:
    """A text of the pages or a sentence of the programme in a language; anything else as it is."""
    said = translations(language).gettext(text) if text else ""
    return said if said != text else retelling(language).say(text)


@cache
def retelling(language: str) -> Retelling:
    """Of the sentences that are kept in another language than this one."""
    catalogue: dict[str, str] = {}
    for part in sorted((FOLDER / language / "sentences").glob("*.po")):
        with part.open(encoding="utf-8") as file:
            catalogue |= {str(message.id): str(message.string) for message in read_po(file, locale=language)}
    catalogue.pop("", None)
    return Retelling(catalogue)


def _pattern(form: str) -> re.Pattern[str]:
    pieces, end = [], 0
    for field in _FIELD.finditer(form):
        pieces += [re.escape(form[end : field.start()]), f"(?P<{field[1]}>{_SORTS[field[2]]})"]
        end = field.end()
    return re.compile("".join(pieces) + re.escape(form[end:]))


def _joined(sentences: Iterable[str]) -> str:
    """Behind a Chinese full stop stands no space."""
    return "".join(one if one.endswith("。") else f"{one} " for one in sentences).rstrip(" ")
