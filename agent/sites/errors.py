"""What can be wrong with a site's configuration."""

from agent.errors import ConfigurationError
from wire.text import N_


class UnknownSiteError(ConfigurationError):
    """No site of this name is configured."""

    message = N_("There is no site {name}; the configuration has {known}.")
    hint = N_("Use one of these names, or add the site to agent.yaml.")


class SiteKindError(ConfigurationError):
    """The kind of site is not one that we can open."""

    message = N_("Site {name}: the kind {kind} cannot be opened.")
    hint = N_("`lachan-agent config validate` says what this site needs.")
