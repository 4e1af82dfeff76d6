"""How far a file of gzip members is whole."""

from __future__ import annotations

import zlib
from typing import BinaryIO

_PIECE = 1 << 18


def whole_length(file: BinaryIO) -> tuple[int, int]:
    """How many members stand whole at the begin of the file, and how many bytes they take."""
    members, length, position = 0, 0, 0
    reader = zlib.decompressobj(wbits=31)
    pending = b""
    file.seek(0)
    while True:
        pending = pending or file.read(_PIECE)
        if not pending:
            return members, length
        try:
            reader.decompress(pending)
        except zlib.error:
            return members, length
        rest = reader.unused_data if reader.eof else b""
        position += len(pending) - len(rest)
        pending = rest
        if reader.eof:
            members, length = members + 1, position
            reader = zlib.decompressobj(wbits=31)
