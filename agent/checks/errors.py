"""What can be wrong with a file of check instances: where, what, and what to write instead."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION
from wire.text import N_


class InstanceError(AgentError):
    """The family: every one names the line and the path of the fault."""

    exit_code = CONFIGURATION
    message = N_("The file of checks is wrong at line {line}, {path}: {reason}.")
    hint = N_("Compare that line with policies/checks.schema.json and with the shipped files.")

    def __init__(self, *, line: int, path: str, reason: str, **more: object) -> None:
        super().__init__(line=line, path=path, reason=reason, **more)
        self.line = line
        self.path = path


class UnknownFamilyError(InstanceError):
    """Nothing judges that kind of check."""

    hint = N_("Write one of: {known}.")


class RepeatedIdError(InstanceError):
    """Two instances claim one name."""

    hint = N_("Keep one of them, or give the other an id of its own.")
