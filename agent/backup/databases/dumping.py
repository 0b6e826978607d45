"""Runs a client whose output is a dump, and looks at the dump while it is written."""

from collections.abc import Callable, Mapping
from pathlib import Path

from agent.backup.databases.judging import cause_of
from agent.backup.databases.kit import Kit
from agent.backup.databases.shelf import NewFile
from agent.backup.databases.sql_text import DumpLook, Scan, SqlForm
from agent.errors import UnreadableFactError
from agent.host import Program, Said, stream_of
from wire.verdicts import Cause

_SAID_LETTERS = 4000
_DOOR: Mapping[str, Cause] = {
    "missing": Cause.DUMP_TOOL_MISSING,
    "denied": Cause.DUMP_REFUSED,
}


def dump_to(
    kit: Kit, name: str, program: Program, form: SqlForm, says: Mapping[str, Cause]
) -> DumpLook:
    """Dump into a new file of the kit's folder; what it holds is for the judge.

    Raises:
        ProductionError: the client failed, or there is no room.
    """
    scan = Scan(form)
    with NewFile(kit.folder / name, kit.dataset, kit.tell) as file:

        def take(block: bytes) -> None:
            file.take(block)
            scan.take(block)

        _run(kit, program, take, says)
    return scan.look()


def text_to(kit: Kit, name: str, program: Program, end: bytes, says: Mapping[str, Cause]) -> None:
    """The same for a short text that must end with certain words.

    Raises:
        ProductionError: the client failed, or its text does not end so (DUMP_INCOMPLETE).
    """
    text = answer_of(kit, program, says).encode("utf-8", "surrogateescape")
    if end not in text[-2 * len(end) - 200 :]:
        raise kit.failed(Cause.DUMP_INCOMPLETE, name)
    with NewFile(kit.folder / name, kit.dataset, lambda _: None) as file:
        file.take(text)


def answer_of(kit: Kit, program: Program, says: Mapping[str, Cause]) -> str:
    """What a client answers, as text."""
    pieces: list[bytes] = []
    _run(kit, program, pieces.append, says)
    return b"".join(pieces).decode("utf-8", "surrogateescape")


def _run(
    kit: Kit, program: Program, take: Callable[[bytes], None], says: Mapping[str, Cause]
) -> Said:
    try:
        said = stream_of(program, take)
    except UnreadableFactError as error:
        cause = _DOOR.get(error.reason, Cause.DUMP_FAILED)
        raise kit.failed(cause, f"{error.source}: {error.reason} {error.detail}") from error
    if said.code != 0:
        complaint = said.complaint or f"exit {said.code}"
        raise kit.failed(cause_of(complaint, says), complaint[-_SAID_LETTERS:])
    return said


def secret_file(kit: Kit, name: str, text: str) -> Path:
    """A file for one client's eyes, in the folder that is gone afterwards."""
    path = kit.folder / name
    with NewFile(path, kit.dataset, lambda _: None) as file:
        file.take(text.encode())
    return path
