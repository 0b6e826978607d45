"""What can go wrong when a site is asked what it is."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION, UNDECIDED
from wire.text import N_
from wire.verdicts import Cause


class ProbeError(AgentError):
    """The family: the pair then stays INCONCLUSIVE, and this says why."""

    exit_code = UNDECIDED
    cause = Cause.COULD_NOT_LOOK


class ProbeAnswerError(ProbeError):
    """The forced command of the probe key printed something else."""

    message = N_("The site's answer to the probe key cannot be read: {detail}.")
    hint = N_("Install deploy/site/probe.sh at the site as the forced command of the probe key.")


class UnreachableError(ProbeError):
    """Nobody answers there, or not in time."""

    cause = Cause.SITE_UNREACHABLE
    message = N_("Site {site} does not answer the probe: {reason}.")
    hint = N_("Look whether the site is switched on and connected; then run `site probe` again.")


class HostKeyError(ProbeError):
    """The server is not the one whose key is known."""

    cause = Cause.HOST_KEY_CHANGED
    message = N_("Site {site} shows a host key that is not in {file}.")
    hint = N_("Compare its fingerprint with the one on paper before you write it into that file.")


class ProbeKeyRefusedError(ProbeError):
    """The site does not take the probe-only key."""

    message = N_("Site {site} does not accept the probe key.")
    hint = N_("Add the key with the forced command of deploy/site/probe.sh to authorized_keys.")


class ProbeKeyFileError(ProbeError):
    """A file that the probe needs is missing or cannot be read."""

    exit_code = CONFIGURATION
    message = N_("The probe of site {site} cannot use {file}: {reason}.")
    hint = N_("Name the right file in agent.yaml (probe_key_file, known_hosts_file), mode 0600.")


class SignedAnswerError(ProbeError):
    """No agent at the site vouches for what the probe heard."""

    message = N_("The agent at the site does not vouch for its answer: {detail}.")
    hint = N_("Compare agent_fingerprint in agent.yaml with `lachan-agent site answer` there.")


class OtherFolderError(ProbeError):
    """The probe of a mounted place speaks of another folder than the mount."""

    message = N_("The probe of site {site} speaks of another folder than {path}.")
    hint = N_("Name the repository's folder there in the forced command of the probe key.")


class NoGroundError(ProbeError):
    """There is no place beside the repository that the active probes may use."""

    message = N_("Beside the repository of site {site} nothing can be written or watched.")
    hint = N_("Put the repository into a folder whose parent the agent may write, on one disk.")
