"""Where in an article's body its images stand, which the record does not keep and its pages tell."""

from __future__ import annotations

from collections.abc import Sequence

from difang.ingest.extract.result import PageReading


def image_places(readings: Sequence[PageReading]) -> dict[str, int]:
    """For each image's address, how many paragraphs of the joined body stand before it.

    `readings` are one of each page of one article, as for `join`, in any order. A page whose text has other paragraphs
    than its lines gives no places.
    """
    places: dict[str, int] = {}
    before = 0
    for reading in sorted(readings, key=lambda reading: reading.page):
        body = reading.article.body
        lines = body.count("\n") + 1 if body else 0
        if max(reading.places, default=0) <= lines:
            for image, place in zip(reading.article.images, reading.places, strict=True):
                places.setdefault(image.url, before + place)
        before += lines
    return places
