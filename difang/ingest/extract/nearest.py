"""The nearest element of a kind around another, asked for every element of a page at the cost of one walk."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree


class Nearest:
    """Finds the nearest wanted element around others, itself included; remembers each step of the way up."""

    def __init__(self, wanted: Callable[[etree._Element], bool], *, below: etree._Element | None = None) -> None:
        """`wanted` is asked once for each element; with `below`, neither that element nor one around it counts."""
        self._wanted = wanted
        self._known: dict[etree._Element, etree._Element | None] = {} if below is None else {below: None}

    def of(self, element: etree._Element | None) -> etree._Element | None:
        """The element itself if it is wanted, else the nearest around it that is; None without any."""
        passed: list[etree._Element] = []
        nearest: etree._Element | None = None
        while element is not None:
            if element in self._known:
                nearest = self._known[element]
                break
            passed.append(element)
            if self._wanted(element):
                nearest = element
                break
            element = element.getparent()
        for step in passed:
            self._known[step] = nearest
        return nearest
