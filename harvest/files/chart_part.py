"""What a chart of an office file remembers of the cells it was drawn from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

from harvest.files.xml_words import local_name, words_of

_CACHES = ("numCache", "strCache", "numLit", "strLit", "multiLvlStrCache")


@dataclass(frozen=True)
class Cache:
    """Remembered points of one range.

    Attributes
    ----------
    sheet, reference : str
        The cells they come from; empty where the chart names none.
    points : dict of int to str
    """

    sheet: str
    reference: str
    points: dict[int, str]


def read_chart_part(part: bytes) -> tuple[list[Cache], list[str]]:
    """Return the caches of a chart and every other word in it."""
    root = ElementTree.fromstring(part)
    caches = list(_caches(root, ""))
    return caches, list(words_of(root, without=frozenset({*_CACHES, "f", "formatCode"})))


def _caches(element: Element, formula: str) -> list[Cache]:
    own = next((child.text or "" for child in element if local_name(child) == "f"), formula)
    found = []
    for child in element:
        if local_name(child) in _CACHES:
            sheet, _, reference = own.rpartition("!")
            points = {
                int(point.get("idx", 0)): "".join(point.itertext()).strip()
                for point in child.iter()
                if local_name(point) == "pt"
            }
            found.append(Cache(sheet.strip("'").replace("''", "'"), reference, points))
        else:
            found += _caches(child, own)
    return found
