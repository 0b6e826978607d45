"""SQLite: every page says what it is in its first byte.

Source: sqlite.org/fileformat2.html §1.3, §1.5, §1.6.
"""

from agent.integrity.ransom.structure.view import View, offsets

_PAGE_SIZE = 16
_SMALLEST = 512
# Of a tree (2, 5, 10, 13), of a list or an overflow (0: the high byte of a page number), of a
# pointer map (1, 3, 4). Of random bytes one in 32 would pass.
_FIRST = frozenset({b"", *(bytes([one]) for one in (0, 1, 2, 3, 4, 5, 10, 13))})
_PAGES = 128
_FEW, _MOST_WRONG = 16, 1  # among many pages one may be left over from anything


def sqlite_broken(view: View) -> bool | None:
    size = int.from_bytes(view.read(_PAGE_SIZE, 2), "big")
    size = 65_536 if size == 1 else size
    if size < _SMALLEST or size & (size - 1):
        return True
    places = {offset // size * size for offset in offsets(view, size, _PAGES)}
    places = {place for place in places if size <= place <= view.size - size}
    wrong = sum(view.read(place, 1) not in _FIRST for place in places)
    return wrong > (_MOST_WRONG if len(places) > _FEW else 0)
