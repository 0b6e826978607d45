"""The controller's families of errors; each program and the web layer catch them once."""

from collections.abc import Sequence
from typing import ClassVar

from texts.catalogue import tr
from wire.errors import CONFIGURATION, UNDECIDED, USAGE, WRONG, LachanError
from wire.text import N_


class ControllerError(LachanError):
    """The root of the controller's own errors."""


class ConfigurationError(ControllerError):
    """controller.yaml, or a secret beside it, is not as it must be."""

    exit_code = CONFIGURATION
    message = N_("The configuration is wrong: {problem}")
    hint = N_("Correct controller.yaml and start again; `lachan-controller doctor` looks too.")


class PolicyFileError(ControllerError):
    """A file of a policy that somebody wrote cannot be read."""

    exit_code = CONFIGURATION
    message = N_("The policy {file} is no ordinary file that can be read.")
    hint = N_("Name a YAML file, or the folder of a pack, that you may read.")


class NotInitialisedError(ControllerError):
    """There is no controller in this home yet."""

    exit_code = CONFIGURATION
    message = N_("There is no controller in {home}.")
    hint = N_("Make one with `lachan-controller init --url … --province … --name …`.")


class AlreadyInitialisedError(ControllerError):
    """A second `init` would make new keys beside a log that others already trust."""

    exit_code = CONFIGURATION
    message = N_("There is a controller in {home} already.")
    hint = N_("Use another --home, or go on with `lachan-controller serve`.")


class PortTakenError(ControllerError):
    """Another program listens where we should."""

    exit_code = CONFIGURATION
    message = N_("Another program already listens on {host}:{port}.")
    hint = N_("Stop it (`ss -ltnp` names it), or choose another port under `listen`.")


class BusyError(ControllerError):
    """A second `serve` on the same data would do everything twice."""

    exit_code = CONFIGURATION
    message = N_("The controller of {home} is already running (process {pid}).")
    hint = N_("Stop that process first; other commands may run beside it.")


class SchemaError(ControllerError):
    """The database is of another version than this program."""

    exit_code = CONFIGURATION
    message = N_("The database has schema {found}; this program needs {wanted}.")
    hint = N_("Run `lachan-controller db upgrade`.")


class _SpokenError(ControllerError):
    """Some of its places are filled with words of the catalogue, in the reader's language."""

    def __init__(self, **parameters: str | float) -> None:
        spoken = {
            name: tr(value) if isinstance(value, str) else value
            for name, value in parameters.items()
        }
        super().__init__(**spoken)


class DamagedLogError(_SpokenError):
    """Stored bytes do not give the stored hashes: never repaired silently."""

    exit_code = WRONG
    message = N_("The log is damaged at entry {index}: {reason}.")
    hint = N_("Stop, keep a copy of the database, and restore it from the last backup.")


class UnknownThingError(_SpokenError):
    """A code names nothing that we know."""

    exit_code = UNDECIDED
    message = N_("There is no {what} named {code}.")
    hint = N_("Look at what there is with the matching `list` command.")


class AlreadyThereError(_SpokenError):
    """The code is taken."""

    exit_code = WRONG
    message = N_("There is a {what} named {code} already.")
    hint = N_("Choose another code.")


class WrongValueError(_SpokenError):
    """A value that cannot be meant."""

    exit_code = UNDECIDED
    message = N_("{what} is {value}; expected {expected}.")
    hint = N_("Give the value as expected and try again.")


class NoAnswersError(ControllerError):
    """The questionnaire needs a person or a file."""

    exit_code = USAGE
    message = N_("Nobody is there to ask: standard input is no terminal.")
    hint = N_("Fill in what --questions prints, and give it with --answers FILE.")


class NotAllowedError(_SpokenError):
    """This person's role or facility does not cover it."""

    exit_code = WRONG
    message = N_("{person} may not do this for {facility}; it takes the role {roles}.")
    hint = N_("Ask somebody who has that role there.")


class NotKnownError(ControllerError):
    """Who acts at the server's own terminal shows who it is, as at the login."""

    exit_code = WRONG
    message = N_("The name or the password is wrong, or there were too many failed tries.")
    hint = N_("Use the name and the password of your login; wait a while after failed tries.")


class SamePersonError(_SpokenError):
    """Nobody decides alone: who asked does not approve."""

    exit_code = WRONG
    message = N_("{person} has asked for this; another person must decide it.")
    hint = N_("Ask another administrator to look at it.")


class NotOpenError(_SpokenError):
    """It was decided, withdrawn or ended before, or its time has passed."""

    exit_code = WRONG
    message = N_("The {what} {code} is not open any more.")
    hint = N_("Look at its history; ask anew where it is still needed.")


class PackProblemsError(ControllerError):
    """A pack of policies is not in order; `problems` lists everything that must change."""

    exit_code = CONFIGURATION
    message = N_("The pack of policies is not in order: {count} problems.")
    hint = N_("Run `lachan-controller policy validate FILE`: it lists every problem.")

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


THINGS = (
    N_("attestation"),
    N_("request"),
    N_("control"),
    N_("facility"),
    N_("system"),
    N_("systems"),
    N_("agent"),
    N_("user"),
    N_("order"),
    N_("alert"),
    N_("catalogue"),
    N_("open token"),
    N_("site"),
    N_("level"),
    N_("role"),
    N_("kind"),
    N_("class"),
    N_("pack"),
    N_("version"),
    N_("size"),
)
"""What the errors above speak of; only the catalogue's extractor reads this list."""


class RefusedError(ControllerError):
    """A request that an agent made is refused; `code` and `status` go to the agent."""

    code: ClassVar[str] = "REFUSED"
    status: ClassVar[int] = 400
    message = N_("The controller refuses this: {detail}.")

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail=detail)
        self.detail = detail


class BadBytesError(RefusedError):
    code = "BAD_BYTES"


class BadSignatureError(RefusedError):
    code, status = "BAD_SIGNATURE", 401


class UnknownAgentError(RefusedError):
    code, status = "UNKNOWN_AGENT", 401


class ClockError(RefusedError):
    code, status = "CLOCK", 401


class ReplayedError(RefusedError):
    code, status = "REPLAYED", 401


class RevokedError(RefusedError):
    code, status = "REVOKED", 403


class TokenUsedError(RefusedError):
    code, status = "TOKEN_USED", 403


class TokenWrongError(RefusedError):
    code, status = "TOKEN_WRONG", 403


class TokenExpiredError(RefusedError):
    code, status = "TOKEN_EXPIRED", 403


class ForkError(RefusedError):
    code, status = "FORK", 409


class ClonedError(RefusedError):
    code, status = "CLONED", 409


class TooLargeError(RefusedError):
    code, status = "TOO_LARGE", 413


class TooManyError(RefusedError):
    code, status = "TOO_MANY", 429


class UnavailableError(RefusedError):
    """The database cannot be written or read now: a full disk, a lock, a damaged file."""

    code, status = "UNAVAILABLE", 503
    message = N_("The database cannot be used now: {detail}.")
    hint = N_("Look at the disk's free space and at `lachan-controller doctor`.")


class LogRewrittenError(RefusedError):
    """The agent holds a checkpoint that our log does not contain."""

    code, status = "LOG_DIFFERS", 409
