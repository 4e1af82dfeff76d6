"""How each template generation prints a piece: one module a layout, `rendered` chooses."""

from __future__ import annotations

from collections.abc import Callable

from difang.samplesite.layout import a, a_prime, b, c, content, gray, health, photo, txtcon
from difang.samplesite.layout.parts import Printed
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Layout

_PRINTERS: dict[Layout, Callable[[Piece, int], Printed]] = {
    Layout.A: a.printed,
    Layout.A_PRIME: a_prime.printed,
    Layout.B: b.printed,
    Layout.C: c.printed,
    Layout.C_PRIME: c.printed,
    Layout.HEALTH: health.printed,
    Layout.GRAY: gray.printed,
    Layout.TXTCON: txtcon.printed,
    Layout.CONTENT: content.printed,
    Layout.PIC: photo.printed,
    Layout.PICG: photo.printed,
}


def printed(piece: Piece, page: int) -> Printed:
    """The parts of one page of the piece, to be joined and encoded; page counts from 1."""
    return _PRINTERS[piece.layout](piece, page)
