"""Words of an XML part: the text of its elements and the attributes people read."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

_SAID = ("descr", "title", "display", "displayName", "tooltip", "val_text", "alt")


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def words_of(root: Element, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield every text below an element; places of drawings are not read as text.

    Parameters
    ----------
    root : Element
    without : set of str
        Names of elements to leave out, with everything inside.
    """
    name = local_name(root)
    if name in without or name in _PLACES:
        return
    for said in _SAID:
        if root.get(said):
            yield str(root.get(said))
    if root.text and root.text.strip():
        yield root.text.strip()
    for child in root:
        yield from words_of(child, without=without)
        if child.tail and child.tail.strip():
            yield child.tail.strip()


# Where a drawing stands on its sheet: columns, rows and offsets.
_PLACES = frozenset({"from", "to", "ext", "off", "Anchor", "Row", "Column"})
