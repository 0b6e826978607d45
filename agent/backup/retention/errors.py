"""What a person may be told about holding points and letting them go."""

from agent.errors import AgentError
from wire.errors import USAGE
from wire.text import N_


class NothingHeldError(AgentError):
    """Nobody holds anything."""

    exit_code = USAGE
    message = N_("No points are held, so there is nothing to release.")
    hint = N_("`lachan-agent backup status` shows what is held.")


class NobodyInParticularError(AgentError):
    """Root cannot be one of two people."""

    exit_code = USAGE
    message = N_("Two people must agree to a release, and root is nobody in particular.")
    hint = N_("Log in with your own account, then run it with sudo; a second person does the same.")


class NoSuchKeyError(AgentError):
    """No key of this id opens the repository."""

    exit_code = USAGE
    message = N_("No key {key} opens the repository of site {site}.")
    hint = N_("`lachan-agent backup keys` lists them.")
