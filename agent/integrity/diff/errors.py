"""What keeps two contents of a file from being compared."""

from agent.errors import AgentError
from agent.files.names import shown
from wire.errors import UNDECIDED
from wire.text import N_

REASONS = {
    "missing": N_("there is nothing at this path"),
    "denied": N_("no permission; run the agent as root"),
    "io": N_("the disk or network share gives an error"),
    "no_file": N_("it is no regular file, or a folder on the way is a link"),
    "too_large": N_("it is larger than 256 KiB"),
    "binary": N_("it is no text"),
}


class NotShownError(AgentError):
    """A file's content is not one that is shown."""

    exit_code = UNDECIDED
    message = N_("{path} is not compared: {reason}.")
    hint = N_(
        "Only text files of up to 256 KiB are; `lachan-agent integrity events` tells the rest."
    )

    def __init__(self, path: bytes, code: str) -> None:
        super().__init__(path=shown(path), reason=REASONS[code])
        self.code = code


class NothingKeptError(AgentError):
    """There is no earlier content to compare with."""

    exit_code = UNDECIDED
    message = N_("No earlier content of {path} is known here.")
    hint = N_(
        "Write `texts: yes` at its watched path in agent.yaml: from the next baseline or change on"
        " earlier texts are kept, without their secrets. Or name a backup: --site SITE."
    )


class TextsWriteError(AgentError):
    """The database of texts cannot be written."""

    exit_code = UNDECIDED
    message = N_("Earlier texts cannot be stored: {reason}.")
    hint = N_("Make room on the disk of the state folder; the events themselves are kept apart.")
