"""From a page's bytes to its text: strict UTF-8, else GB18030, whatever header or meta tag claim."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from difang.ingest.extract.realign import LOST, realigned

_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]*)|0*([0-9]+))")
_MOST_DIGITS = 7
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF
_BEYOND_ASCII = bytes(range(128, 256))
_LOST_IN_GB18030 = b"\x84\x31\xa4\x37"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """A page's text (also as UTF-8), the encoding that gave it, and how many of its bytes no encoding can read."""

    text: str
    utf8: bytes
    encoding: str
    stray_bytes: int


def decode(body: bytes) -> Decoded:
    """The text of these bytes; a byte order mark and NULs are left out.

    Where neither encoding reads every byte, the page is UTF-8 if that reads half of its bytes beyond ASCII as
    characters of three bytes and more, such as Han (of GB18030 text it reads next to none so). Each unreadable byte
    becomes one U+FFFD and is counted; whole bytes never give a U+FFFD. Of GB18030 that lost half a character the text
    behind it is read as it was.
    """
    if body.startswith(codecs.BOM_UTF8):
        body = body[3:]
    nul = b"\0" in body  # looked for here, since in text the search takes forty times as long
    for encoding in ("utf-8", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if nul:
            return _decoded(text, encoding, 0)
        utf8 = body if encoding == "utf-8" else text.encode("utf-8", "replace")
        return Decoded(text=text, utf8=utf8, encoding=encoding, stray_bytes=0)
    marked = body.decode("utf-8", _HANDLER)
    if 6 * sum(c >= "\u0800" and c != LOST for c in marked) > len(body) - len(body.translate(None, _BEYOND_ASCII)):
        return _decoded(marked, "utf-8", marked.count(LOST) - body.count(LOST.encode()))
    gb18030 = realigned(body, _HANDLER)
    return _decoded(gb18030, "gb18030", max(1, gb18030.count(LOST) - body.count(_LOST_IN_GB18030)))


def stray_references(utf8: bytes) -> int:
    """How many references of the page mean no character, each of which the parser makes one U+FFFD.

    These are halves of a surrogate pair (`&#xD83D;&#xDE00;` for 😀, as some editors write it), 0 and what is beyond
    U+10FFFF.
    """
    if b"&#" not in utf8:  # far quicker than the pattern
        return 0
    return sum(not _means_character(found[1], found[2]) for found in _REFERENCE.finditer(utf8))


def _means_character(hexadecimal: bytes | None, decimal: bytes | None) -> bool:
    digits = hexadecimal if hexadecimal is not None else decimal or b""
    if len(digits) > _MOST_DIGITS:
        return False
    number = int(digits or b"0", 16 if hexadecimal is not None else 10)
    return 0 < number <= _LAST and number not in _SURROGATES


def _decoded(text: str, encoding: str, stray: int) -> Decoded:
    text = text.replace("\0", "")  # libxml2 ends a page at the first NUL
    return Decoded(text=text, utf8=text.encode("utf-8", "replace"), encoding=encoding, stray_bytes=stray)


def _mark_each_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return LOST * (error.end - error.start), error.end


_HANDLER = "difang-mark-each-byte"
codecs.register_error(_HANDLER, _mark_each_byte)
