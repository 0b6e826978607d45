"""How long makers mend their releases: the system's own table first, then ours."""

import csv
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from agent.errors import UnreadableFactError

OURS = "policies/releases.csv"
_FREE = ("eol-lts", "eol-server", "eol")  # columns of distro-info-data, and of our table
_PAID = ("eol-paid", "eol-elts", "eol-esm")


@dataclass(frozen=True, slots=True)
class Ends:
    free: date  # the last day of mending for everybody
    paid: date | None  # the last day for those with a contract


def ends(maker: str, version: str, own_table: str | None) -> Ends:
    """The latest day on which somebody still mends a release without a contract.

    Args:
        maker: `debian` or `ubuntu`, as os-release(5) calls it.
        version: its VERSION_ID.
        own_table: the text of distro-info-data, where it is installed.
    """
    known = _row(own_table or "", version, None) or _row(_ours(), version, maker)
    if known is None:
        raise UnreadableFactError(OURS, "no_rule", f"{maker} {version}")
    free = _latest(known, _FREE)
    if free is None:
        raise UnreadableFactError(OURS, "unparsable")
    return Ends(free, _latest(known, _PAID))


def _row(text: str, version: str, maker: str | None) -> dict[str, str] | None:
    for row in csv.DictReader(text.splitlines()):
        number = (row.get("version") or "").split(" ")[0]
        if number == version and (maker is None or row.get("maker") == maker):
            return row if any(row.get(name) for name in _FREE) else None
    return None


def _latest(row: dict[str, str], names: tuple[str, ...]) -> date | None:
    try:
        return max(
            (date.fromisoformat(day) for name in names if (day := row.get(name))), default=None
        )
    except ValueError as error:
        raise UnreadableFactError(OURS, "unparsable") from error


def _ours() -> str:
    return files("policies").joinpath("releases.csv").read_text()
