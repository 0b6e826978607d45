"""What a person may be told about backup and restore, besides restic's own faults."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION, USAGE, WRONG
from wire.text import N_


class UnknownDatasetError(AgentError):
    """No dataset of this name is configured."""

    exit_code = USAGE
    message = N_("There is no dataset {name}; the configuration has {known}.")
    hint = N_("Use one of these names, or add the dataset to agent.yaml.")


class NoDatasetError(AgentError):
    """No dataset is configured."""

    exit_code = CONFIGURATION
    message = N_("The configuration names no dataset, so nothing can be backed up.")
    hint = N_("Add it to agent.yaml; `lachan-agent config sample` shows how.")


class NoSiteError(AgentError):
    """No site is configured."""

    exit_code = CONFIGURATION
    message = N_("The configuration names no site, so nothing can be backed up.")
    hint = N_("Add it to agent.yaml; `lachan-agent config sample` shows how.")


class TargetNotEmptyError(AgentError):
    """A restore never writes over anything."""

    exit_code = USAGE
    message = N_("{target} is not an empty or new folder; a restore never writes over anything.")
    hint = N_("Name a folder that does not exist yet.")


class TargetIsLiveError(AgentError):
    """A restore never goes into what is being protected."""

    exit_code = USAGE
    message = N_("{target} lies inside the dataset {dataset}; a restore never touches live data.")
    hint = N_("Name a folder outside of {folder}.")


class TargetInRepositoryError(AgentError):
    """A restore never goes into a place that holds backups."""

    exit_code = USAGE
    message = N_("{target} lies inside the backups of site {site}; a restore never goes there.")
    hint = N_("Name a folder outside of {folder}.")


class TargetIsOursError(AgentError):
    """A restore never goes among what the agent itself keeps."""

    exit_code = USAGE
    message = N_("{target} lies among the agent's own files; a restore never goes there.")
    hint = N_("Name a folder outside of {folder}.")


class NotInDatasetError(AgentError):
    """The path to restore is not part of the dataset."""

    exit_code = USAGE
    message = N_("{path} is not part of the dataset {dataset}, which holds {folders}.")
    hint = N_("Name the folder by the path that it has on the server.")


class NotInPointError(AgentError):
    """The point holds no file there."""

    exit_code = WRONG
    message = N_("The point at site {site} holds no file at {path}.")
    hint = N_("Choose another point: `lachan-agent restore list` shows them with their times.")


class NoPointError(AgentError):
    """The site holds no snapshot that fits."""

    exit_code = WRONG
    message = N_("Site {site} holds no snapshot of {dataset} that fits {wanted}.")
    hint = N_("`lachan-agent restore list` shows what each site holds.")


class RestoreIncompleteError(AgentError):
    """Fewer files came back than the snapshot lists."""

    exit_code = WRONG
    message = N_("{restored} of {expected} files came back from site {site}; look in {target}.")
    hint = N_("Restore from the other site, then run `lachan-agent backup verify`.")
