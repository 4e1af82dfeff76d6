"""How many there are of something, as a sentence of a command says it."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """`1 page`, `2 pages`, `1,200 pages`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def there_are(number: int, thing: str) -> str:
    """`1 page is`, `2 pages are`."""
    return f"{counted(number, thing)} {'is' if number == 1 else 'are'}"
