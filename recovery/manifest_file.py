"""The manifest as it lies in the companion snapshot: a header line, then a line for each file.

Text, because the recovery officer may have to read it with nothing but a pager:

    lachan.manifest/1 MANIFEST_ID ROOT LEAVES BYTES
    SHA256 SIZE PATH

Lines come in the order of a walk, in which a slash sorts before every other character: a
folder's content stands together. Paths are bytes; in them a backslash, a line feed and a
carriage return are written as two characters.
"""

import re
from collections.abc import Iterable, Iterator

from recovery.errors import ManifestError
from recovery.manifest import Commitment, Entry

FORMAT = b"lachan.manifest/1"
_HEADER = re.compile(
    rb"(lachan\.manifest/1) ([0-9a-f]{32}) ([0-9a-f]{64}) ([0-9]{1,16}) ([0-9]{1,19})"
)
_LINE = re.compile(rb"([0-9a-f]{64}) ([0-9]{1,19}) ((?:[^\\\n\r]|\\[\\nr])+)")
_TO_ESCAPE = re.compile(rb"[\\\n\r]")
_ESCAPES = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_MEANINGS = {written: meant for meant, written in _ESCAPES.items()}
_LARGEST_SIZE = 2**63 - 1


def header_line(commitment: Commitment) -> bytes:
    return b"%s %s %s %d %d\n" % (
        FORMAT,
        commitment.manifest_id.encode(),
        commitment.root.hex().encode(),
        commitment.leaves,
        commitment.bytes,
    )


def entry_line(entry: Entry) -> bytes:
    path = entry.path
    if _TO_ESCAPE.search(path):
        path = _TO_ESCAPE.sub(lambda found: _ESCAPES[found.group()], path)
    return b"%s %d %s\n" % (entry.sha256.hex().encode(), entry.size, path)


def parse_header(line: bytes) -> Commitment:
    """Read the first line.

    Raises:
        ManifestError: it is no header of this format.
    """
    found = _HEADER.fullmatch(line.removesuffix(b"\n"))
    if found is None:
        raise ManifestError(line=1, reason=f"expected {FORMAT.decode()}, id, root, leaves, bytes")
    _, manifest_id, root, leaves, size = found.groups()
    return Commitment(manifest_id.decode(), bytes.fromhex(root.decode()), int(leaves), int(size))


def parse_entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Read the lines after the header; they must come in a walk's order, each path once.

    Raises:
        ManifestError: a line is no entry, or stands in the wrong place.
    """
    previous = b""
    for number, line in enumerate(lines, start=2):
        entry = _parse_entry(line, number)
        key = entry.path.replace(b"/", b"\0")
        if key <= previous:
            raise ManifestError(line=number, reason="paths out of order")
        previous = key
        yield entry


def _parse_entry(line: bytes, number: int) -> Entry:
    found = _LINE.fullmatch(line.removesuffix(b"\n"))
    if found is None:
        raise ManifestError(line=number, reason="expected SHA-256, size, path")
    digest, size, path = found.groups()
    if int(size) > _LARGEST_SIZE:
        raise ManifestError(line=number, reason="the size is too large")
    meant = re.sub(rb"\\[\\nr]", lambda escape: _MEANINGS[escape.group()], path)
    return Entry(meant, int(size), bytes.fromhex(digest.decode()))
