"""Whether a dump may take the place of the one before it; what a complaint means. Pure.

A dump that ended with 0 proves nothing: it must be whole, and not have collapsed against what
was taken before.
"""

import re
from collections.abc import Mapping, Sequence
from statistics import median

from agent.backup.databases.sql_text import DumpLook
from wire.verdicts import Cause

_HISTORY = 5  # proved dumps that are compared with
_COLLAPSED = 0.5  # less than this share of the usual is a collapse, as for folders
_FEWEST_TABLES = 4  # below this many tables shares say nothing
_FEWEST_BYTES = 4096

POSTGRESQL_SAYS: Mapping[str, Cause] = {
    r"server version mismatch": Cause.DUMP_TOOL_OLD,
    r"invalid page|could not read block|checksum|missing chunk number": Cause.SOURCE_DAMAGED,
    r"could not connect|Connection refused|Is the server running|could not translate host name"
    r"|timeout expired|the database system is (?:starting|shutting)": Cause.DUMP_SERVER_AWAY,
    r"authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist"
    r"|permission denied|row-level security": Cause.DUMP_REFUSED,
    r"database .* does not exist": Cause.SOURCE_MISSING,
}
MARIADB_SAYS: Mapping[str, Cause] = {
    r"\b(?:1049)\b|Unknown database": Cause.SOURCE_MISSING,
    r"\b(?:1045|1044|1142|1143|1227|1370|1698)\b|[Aa]ccess denied|insufficient privileges"
    r"|command denied": Cause.DUMP_REFUSED,
    r"\b(?:2002|2003|2005|1040|1053)\b|Can't connect|Unknown MySQL server host"
    r"|Unknown server host": Cause.DUMP_SERVER_AWAY,
    r"\b(?:126|127|144|145|1034|1035|1194|1195)\b|is marked as crashed"
    r"|corrupt": Cause.SOURCE_DAMAGED,
}


def cause_of(complaint: str, says: Mapping[str, Cause]) -> Cause:
    """Why a client failed; one that nobody knows is a failure all the same."""
    for pattern, cause in says.items():
        if re.search(pattern, complaint):
            return cause
    return Cause.DUMP_FAILED


def fault(look: DumpLook, history: Sequence[DumpLook]) -> Cause | None:
    """Why this dump proves nothing; `history` is newest first, of dumps that were proved."""
    if not look.whole:
        return Cause.DUMP_INCOMPLETE
    return Cause.SOURCE_SHRUNK if collapsed(look, history) else None


def collapsed(look: DumpLook, history: Sequence[DumpLook]) -> bool:
    """Whether rows, tables or the whole fell far below what is usual, or to nothing."""
    recent = history[:_HISTORY]
    if not recent:
        return False
    return (
        _fell(look.bytes, median(before.bytes for before in recent), _FEWEST_BYTES)
        or _fell(look.data_bytes, median(before.data_bytes for before in recent), _FEWEST_BYTES)
        or _fell(look.tables, median(before.tables for before in recent), _FEWEST_TABLES)
    )


def _fell(now: int, usual: float, fewest: int) -> bool:
    """To nothing from something, or to less than its usual share where there is enough to tell."""
    if usual > 0 and now == 0:
        return True
    return usual >= fewest and now < usual * _COLLAPSED
