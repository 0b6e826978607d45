"""Reads dpkg's own lists: which paths a package has, and their sums. Pure.

Source: deb-md5sums(5); dpkg-query(1) on `Conffiles`; /var/lib/dpkg/diversions holds three lines for
each diversion: from, to, package.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_SUM = re.compile(r"([0-9a-f]{32})  (\S.*)", re.ASCII)
_CONFFILE = re.compile(r" (/.*) ([0-9a-f]{32})( obsolete)?(?: remove-on-upgrade)?", re.ASCII)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(?: (.*))?", re.ASCII)
_PRESENT = frozenset({"unpacked", "half-configured", "triggers-awaited", "triggers-pending"})


@dataclass(frozen=True, slots=True)
class Stanza:
    """One package as /var/lib/dpkg/status has it."""

    name: str
    architecture: str
    version: str
    present: bool  # its files are there
    conffiles: Mapping[str, str]  # path -> MD5 of the content that the package brought


def paths_of(text: str) -> Iterator[str]:
    """The absolute paths of a .list file; `/.` stands for the root itself."""
    return (line for line in text.splitlines() if line.startswith("/") and line != "/.")


def sums_of(text: str) -> dict[str, str]:
    """Absolute path -> MD5, of a .md5sums file."""
    matches = (_SUM.fullmatch(line) for line in text.splitlines())
    return {"/" + match[2].removeprefix("./"): match[1] for match in matches if match}


def stanzas_of(text: str, names: Iterable[str]) -> Iterator[Stanza]:
    """The paragraphs of these packages, whatever their architecture."""
    wanted = frozenset(names)
    for paragraph in text.split("\n\n"):
        first = paragraph.lstrip("\n").partition("\n")[0]
        if first.removeprefix("Package: ") in wanted:
            yield _stanza(paragraph)


def _stanza(paragraph: str) -> Stanza:
    fields: dict[str, str] = {}
    conffiles: dict[str, str] = {}
    field = ""
    for line in paragraph.splitlines():
        if match := _FIELD.fullmatch(line):
            field = match[1]
            fields[field] = match[2] or ""
        elif field == "Conffiles" and (entry := _CONFFILE.fullmatch(line)) and not entry[3]:
            conffiles[entry[1]] = entry[2]
    state = fields.get("Status", "").rpartition(" ")[2]
    return Stanza(
        name=fields.get("Package", ""),
        architecture=fields.get("Architecture", ""),
        version=fields.get("Version", ""),
        present=state == "installed" or state in _PRESENT,
        conffiles=conffiles,
    )


def diversions_of(text: str) -> dict[str, tuple[str, str]]:
    """Path -> where another package's file lies instead, and the package that diverts."""
    lines = text.splitlines()
    triples = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
    return {source: (target, package) for source, target, package in triples}
