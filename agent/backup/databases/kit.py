"""What making a dump needs, and what comes of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.backup.databases.sql_text import DumpLook
from agent.backup.errors import ProductionError
from agent.clock import Clock
from agent.config.datasets import Database
from agent.host import PROGRAM_FOLDERS
from wire.verdicts import Cause, Consistency

LIMIT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Kit:
    """Where to work and with what."""

    dataset: str
    folder: Path  # private; what is made here is not yet proved
    clock: Clock
    tell: Callable[[int], None]  # bytes made so far
    folders: str = PROGRAM_FOLDERS
    limit: timedelta = LIMIT

    def failed(self, cause: Cause, says: str) -> ProductionError:
        return ProductionError(cause, dataset=self.dataset, says=says)

    def program(self, names: tuple[str, ...], package: str) -> str:
        """The first of these programs that is installed.

        Raises:
            ProductionError: none of them is (DUMP_TOOL_MISSING).
        """
        for name in names:
            if shutil.which(name, path=self.folders):
                return name
        says = f"{names[0]}: apt-get install {package}"
        raise self.failed(Cause.DUMP_TOOL_MISSING, says)


@dataclass(frozen=True, slots=True)
class Taken:
    """What was made: of which moment, how its parts belong together, what it holds."""

    taken_at: datetime
    consistency: Consistency
    look: DumpLook
    marker_at: datetime | None = None
    accepted: bool = False  # it had collapsed, and a person said that it is meant to be so


def password_of(database: Database, kit: Kit) -> str | None:
    """The password, read where it is kept; None: the server asks for none.

    Raises:
        ProductionError: the file is not there, others may read it, or it holds no single line.
    """
    file = database.password_file
    if file is None:
        return None
    try:
        open_to_others = file.stat().st_mode & 0o077
        text = file.read_text()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise kit.failed(Cause.DUMP_REFUSED, f"{file}: {reason}") from error
    if open_to_others:
        raise kit.failed(Cause.DUMP_REFUSED, f"chmod 600 {file}")
    word = text.removesuffix("\n").removesuffix("\r")
    if not word or any(letter in word for letter in "\n\r\0"):
        raise kit.failed(Cause.DUMP_REFUSED, f"{file}: not one line")
    return word
