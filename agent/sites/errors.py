"""What can be wrong with a site's configuration."""

from agent.errors import AgentError, ConfigurationError
from wire.errors import USAGE
from wire.text import N_


class UnknownSiteError(AgentError):
    """No site of this name is configured."""

    exit_code = USAGE
    message = N_("There is no site {name}; the configuration has {known}.")
    hint = N_("Use one of these names, or add the site to agent.yaml.")


class SiteKindError(ConfigurationError):
    """The kind of site is not one that we can open."""

    message = N_("Site {name}: the kind {kind} cannot be opened.")
    hint = N_("`lachan-agent config validate` says what this site needs.")


class DeviceError(AgentError):
    """What was named is no disk that can be carried away."""

    exit_code = USAGE
    message = N_("{device} cannot take the unplugged copy: {reason}.")
    hint = N_("Plug in a disk that nothing else uses, and name its folder or its device.")
