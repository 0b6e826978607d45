"""What a person may be told about backup and restore, besides restic's own faults."""

from agent.errors import AgentError
from wire.errors import CONFIGURATION, USAGE, WRONG
from wire.text import N_
from wire.verdicts import Cause


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
    hint = N_("`lachan-agent restore find NAME` shows how it is written, and which points hold it.")


class NoPointError(AgentError):
    """The site holds no snapshot that fits."""

    exit_code = WRONG
    message = N_("Site {site} holds no snapshot of {dataset} that fits {wanted}.")
    hint = N_("`lachan-agent restore list` shows what each site holds.")


class NoSitePointError(AgentError):
    """No site that could be asked holds a point that fits."""

    exit_code = WRONG
    message = N_("No site holds a point of {dataset} that fits {wanted}; they hold {reasons}.")
    hint = N_("`lachan-agent restore list` shows what each site holds.")


class NoDatasetOfPathError(AgentError):
    """The path belongs to nothing that is backed up."""

    exit_code = USAGE
    message = N_("{path} is in no dataset; the configuration has {known}.")
    hint = N_(
        "Name the file or folder by the path that it has on this server; a database comes back "
        "whole: --dataset NAME --into NEWDIR."
    )


class NothingNamedError(AgentError):
    """A restore must be told what to bring back."""

    exit_code = USAGE
    message = N_("Nothing is named that could be restored.")
    hint = N_("Add a path, as in `lachan-agent restore run /srv/share/folder`, or --dataset NAME.")


class TargetNeededError(AgentError):
    """A dataset of several folders belongs to no single place."""

    exit_code = USAGE
    message = N_("This dataset has several places, so none can be chosen to restore into.")
    hint = N_("Add --into with a new folder, or name one of its folders.")


class NoTargetFolderError(AgentError):
    """The folder that the thing lay in is gone as well."""

    exit_code = USAGE
    message = N_("{folder}, in which {path} lay, is not there.")
    hint = N_("Restore that folder, or add --into with a new folder.")


class MountGoneError(AgentError):
    """The place is there, but it is not the disk or share that it was."""

    exit_code = WRONG
    message = N_("{path} now lies on {mount}; at the last backup it lay on {known}.")
    hint = N_("Mount the disk or share again, or add --into with a new folder.")


class RestoreTargetError(AgentError):
    """The goal of a restore cannot be written."""

    exit_code = USAGE
    message = N_("{target} cannot be written: {reason}.")
    hint = N_("Run it as a user who may write there, or add --into with a new folder.")


class NotConfirmedError(AgentError):
    """More files than may come back without a person's word."""

    exit_code = USAGE
    message = N_("This restores {files} files, and nobody has confirmed it.")
    hint = N_("At a terminal you are asked. In a script add --up-to {files}.")


class OtherNameTypedError(AgentError):
    """The person was asked for a name, and typed another one."""

    exit_code = USAGE
    message = N_("That was not the name {name}, so nothing was restored.")
    hint = N_("Run it again and type the name as it is shown; accents may be left out.")


class BadMomentError(AgentError):
    """The words mean no time."""

    exit_code = USAGE
    message = N_("{words} is no time that can be understood.")
    hint = N_("Write: yesterday, yesterday 15:00, 2 days ago, 21/11/2026 15:00, 2026-11-21T15:00.")


class CaseFoldedError(AgentError):
    """The target's filesystem takes two of the names for one."""

    exit_code = WRONG
    message = N_("{first} and {second} are one name on the filesystem of {target}.")
    hint = N_("Add --into with a new folder on a Linux filesystem (ext4, xfs).")


class ProductionError(AgentError):
    """The data could not be taken. `cause` goes into evidence, `says` never leaves this host."""

    exit_code = WRONG
    message = N_("The data of {dataset} could not be taken ({cause}). {says}")
    hint = N_("`lachan-agent backup status` says what to do about the cause.")

    def __init__(self, cause: Cause, *, dataset: str, says: str = "") -> None:
        super().__init__(dataset=dataset, cause=cause.value, says=says)
        self.cause = cause
        self.says = says


class AlreadyFilledError(AgentError):
    """A disk cannot fill what was filled before."""

    exit_code = USAGE
    message = N_("Site {site} has had a repository of this server before.")
    hint = N_("Run `lachan-agent backup run`: only what is missing there goes over the network.")
