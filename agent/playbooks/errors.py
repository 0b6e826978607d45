"""What can be wrong with a playbook, or with running one."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION, USAGE
from wire.text import N_


class PlaybookError(AgentError):
    """The family of playbook errors."""

    exit_code = CONFIGURATION


class UnknownPlaybookError(PlaybookError):
    """No playbook has this id."""

    exit_code = USAGE
    message = N_("There is no playbook {playbook}.")
    hint = N_("`lachan-agent playbook list` shows those that there are.")


class WrongPlaybookError(PlaybookError):
    """The playbook cannot be run as it is written."""

    message = N_("Playbook {playbook} has {count} problems; the first: {problem}")
    hint = N_("`lachan-agent playbook validate {playbook}` lists all of them with their remedies.")


class MissingParameterError(PlaybookError):
    """The playbook needs to be told where or what."""

    exit_code = USAGE
    message = N_("Playbook {playbook} needs --{parameter}.")
    hint = N_("Run the command again with --{parameter} NAME.")


class UnansweredError(PlaybookError):
    """A person's step came up where nobody can answer."""

    exit_code = USAGE
    message = N_("This playbook has steps for a person, and nobody is at this terminal.")
    hint = N_("Run it on a terminal, or rehearse it with --answers demo.")


class RefusedVerbError(PlaybookError):
    """The host's owner has switched this task off."""

    message = N_("This host's owner does not allow {verb}.")
    hint = N_("Add it to `orders` in agent.yaml if playbooks may do it.")
