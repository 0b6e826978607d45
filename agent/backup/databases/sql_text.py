"""What a dump in SQL text holds, counted while it goes by. Pure.

Plain text is what every version of every client loads and a person can read; both kinds end with
a mark that is written only when all of it was. Within data no line can look like an end: the
clients escape line ends there.

Source: pg_dump(1), COPY text format of the PostgreSQL documentation; mariadb-dump(1).
"""

import re
from dataclasses import dataclass

_KEPT = 512  # bytes at a border of blocks, and at the end of the dump
_MOST_PENDING = 2**21  # a table of 1,600 columns with the longest names has less in front
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class SqlForm:
    """How one client writes: what begins and ends a dump, a table, and a run of rows."""

    head: re.Pattern[bytes]
    table: bytes
    begins: bytes  # the first words of what stands before rows
    opening: re.Pattern[bytes]  # all of it
    closing: bytes
    trailer: re.Pattern[bytes]


POSTGRESQL = SqlForm(
    head=re.compile(rb"\A--\n-- PostgreSQL database dump\n--\n"),
    table=b"\n-- Data for Name: ",
    begins=b"\n-- Data for Name: ",
    opening=re.compile(
        rb"\n-- Data for Name: [^\n]*; Type: TABLE DATA; [^\n]*\n--\n\nCOPY .*? FROM stdin;(?=\n)",
        re.DOTALL,
    ),
    closing=b"\n\\.\n",
    trailer=re.compile(
        rb"\n--\n-- PostgreSQL database dump complete\n--\n\s*(?:\\unrestrict (\w+)\n\s*)?\Z"
    ),
)
MARIADB = SqlForm(
    head=re.compile(rb"\A(?:/\*[^\n]*\n)?-- (?:MariaDB|MySQL) dump "),
    table=b"\n-- Table structure for table `",
    begins=b"\nINSERT INTO `",
    opening=re.compile(rb"\nINSERT INTO `[^\n]*? VALUES"),
    closing=b";\n",
    trailer=re.compile(rb"\n-- Dump completed[^\n]*\n()\Z"),
)
_RESTRICT = re.compile(rb"^\\restrict (\w+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DumpLook:
    """What a dump holds; `data_bytes` are rows alone, without the words around them."""

    bytes: int
    data_bytes: int
    tables: int
    whole: bool  # it begins and ends as one that was written to its end


class Scan:
    """Guards the counts of one dump; give it the dump in blocks of any size."""

    def __init__(self, form: SqlForm) -> None:
        self._form = form
        self._pending = self._border = b"\n"
        self._inside = False
        self._bytes = self._data = self._tables = 0
        self._head = self._tail = b""

    def take(self, block: bytes) -> None:
        self._bytes += len(block)
        if len(self._head) < _HEAD:
            self._head += block[: _HEAD - len(self._head)]
        self._tail = (self._tail + block[-_KEPT:])[-_KEPT:]
        self._tables += (self._border + block).count(self._form.table)
        self._border = (self._border + block)[1 - len(self._form.table) :]
        self._read(self._pending + block)

    def look(self) -> DumpLook:
        ended = self._form.trailer.search(self._tail)
        begun = self._form.head.search(self._head)
        locked = _RESTRICT.search(self._head)
        same_word = ended is not None and (locked[1] if locked else b"") == (ended[1] or b"")
        whole = begun is not None and same_word and not self._inside
        return DumpLook(self._bytes, self._data, self._tables, whole)

    def _read(self, text: bytes) -> None:
        """Go from one run of rows to the next; what the next block may complete stays."""
        place = 0
        while True:
            if self._inside:
                end = text.find(self._form.closing, place)
                if end < 0:
                    break
                self._data += end - place
                place = end + len(self._form.closing) - 1  # its line end begins the next words
            else:
                opened = self._form.opening.search(text, place)
                if opened is None:
                    break
                place = opened.end()
            self._inside = not self._inside
        self._pending = text[self._kept_from(text, place) :]

    def _kept_from(self, text: bytes, place: int) -> int:
        if self._inside:
            kept = max(place, len(text) - len(self._form.closing) + 1)
            self._data += kept - place
            return kept
        begun = text.rfind(self._form.begins, place)
        if begun >= 0 and len(text) - begun <= _MOST_PENDING:
            return begun
        return max(place, len(text) - _KEPT)
