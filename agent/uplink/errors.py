"""What can go wrong between an agent and its controller."""

from agent.errors import AgentError, ConfigurationError
from wire.errors import USAGE, WRONG
from wire.http import Problem
from wire.text import N_


class UplinkError(AgentError):
    """The family of everything that can go wrong on the way to the controller."""


class NotJoinedError(UplinkError):
    """There is no controller to speak to."""

    exit_code = ConfigurationError.exit_code
    message = N_("This agent has not joined a controller; it works alone.")
    hint = N_("Create a token on the controller's page and run: lachan-agent join <<< 'LACHAN1.…'")


class UnreachableError(UplinkError):
    """No answer: evidence waits here and is sent later."""

    message = N_("The controller at {url} cannot be reached: {reason}.")
    hint = N_(
        "Nothing is lost: evidence waits here. Check the network, then `lachan-agent doctor`."
    )


class WrongServerError(UplinkError):
    """Someone else answers at the controller's address."""

    exit_code = WRONG
    message = N_("The server at {url} does not prove that it is our controller: {reason}.")
    hint = N_("Do not go on. Ask the province for its controller's address and a new token.")


class CertificateTimeError(UplinkError):
    """The controller's certificate is not valid at this host's time."""

    message = N_("The controller's certificate is not valid at this host's time, {now}.")
    hint = N_("Set this host's clock (`timedatectl`); if it is right, the controller must renew.")


class AnswerError(UplinkError):
    """The answer cannot be understood or used."""

    message = N_("The controller's answer cannot be used: {reason}.")
    hint = N_("Nothing is lost: evidence waits here. Compare the versions of agent and controller.")


class RefusedError(UplinkError):
    """The controller refused the whole request."""

    exit_code = WRONG
    message = N_("The controller refused: {code}.")
    hint = N_("Ask the province's administrator; the controller's log names this agent.")

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code=code, **parameters)
        self.code = code


class EvidenceRefusedError(UplinkError):
    """Some of what was sent was not taken."""

    message = N_("The controller refused: {codes}.")
    hint = N_("Ask the province's administrator; show `lachan-agent outbox`.")


class TokenUsedError(RefusedError):
    message = N_("This token has been used already.")
    hint = N_("Create a new token on the controller's page: each one enrols one host, once.")


class TokenWrongError(RefusedError):
    message = N_("The controller does not know this token.")
    hint = N_("Copy the whole line that begins with LACHAN1. again, or create a new token.")


class TokenExpiredError(RefusedError):
    message = N_("This token has expired.")
    hint = N_("Create a new token on the controller's page; if this one is new, check the clock.")


class RevokedError(RefusedError):
    message = N_("The controller has revoked this agent.")
    hint = N_("If that was a mistake, enrol the host again with a new token.")


class UnknownAgentError(RefusedError):
    message = N_("The controller does not know this agent.")
    hint = N_("It may have been restored from an older backup: enrol this host again.")


class ClockRefusedError(RefusedError):
    message = N_("This host's clock differs too much from the controller's.")
    hint = N_("Set this host's clock: `timedatectl set-ntp true`.")


class ClonedRefusedError(RefusedError):
    message = N_("Two hosts speak with this agent's name: one of them is a copy.")
    hint = N_("Stop the copy, or enrol it as a host of its own with a new token.")


class LogDiffersError(RefusedError):
    message = N_("The controller's log does not contain the checkpoint that this host holds.")
    hint = N_(
        "Tell the province and its inspector. Its orders, assignments and packs count again"
        " once the state folder was put aside, as proof."
    )


class TokenArgumentError(UplinkError):
    """The token was given where every user of the machine can read it."""

    exit_code = USAGE
    message = N_("A token is never an argument: other users see it in the list of processes.")
    hint = N_(
        "Write lachan-agent join <<< 'LACHAN1.…' or --token-file FILE; "
        "this token has been shown, so create a new one."
    )


class TokenUnreadableError(UplinkError):
    """What came is no token."""

    exit_code = USAGE
    message = N_("This is no token: {reason}.")
    hint = N_("Copy the whole line that begins with LACHAN1. and paste it on standard input.")


class JoinedElsewhereError(UplinkError):
    """The token is another controller's or facility's."""

    exit_code = ConfigurationError.exit_code
    message = N_("This host has joined {url} for facility {facility} already.")
    hint = N_("To change its controller, move {folder} away first; its evidence stays here.")


class HistoryRewrittenError(UplinkError):
    """The controller's log no longer contains what it once signed."""

    exit_code = WRONG
    message = N_("The controller's log was rewritten: {reason}.")
    hint = N_(
        "Tell the province and its inspector. Its orders, assignments and packs count again"
        " once the state folder was put aside, as proof."
    )


REFUSALS: dict[str, type[RefusedError]] = {
    Problem.TOKEN_USED: TokenUsedError,
    Problem.TOKEN_WRONG: TokenWrongError,
    Problem.TOKEN_EXPIRED: TokenExpiredError,
    Problem.REVOKED: RevokedError,
    Problem.UNKNOWN_AGENT: UnknownAgentError,
    Problem.CLOCK: ClockRefusedError,
    Problem.CLONED: ClonedRefusedError,
    Problem.LOG_DIFFERS: LogDiffersError,
}
"""Codes of the controller with a sentence of their own."""
