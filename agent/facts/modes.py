"""Permissions of files that decide over the whole host."""

from dataclasses import dataclass

from agent.facts import accounts
from agent.facts.absent import SubjectAbsentError
from agent.host import FileStatus, Host, list_if_present, present

SSH_FOLDER = "/etc/ssh"
CRON_FOLDERS = tuple(
    f"/etc/cron.{word}" for word in ("d", "hourly", "daily", "weekly", "monthly", "yearly")
)
CRON_TABLE = "/etc/crontab"
ROOT_UID = 0


@dataclass(frozen=True, slots=True)
class ModeFacts:
    statuses: dict[str, FileStatus]

    def beyond(self, limit: int, *, owner: int | None = ROOT_UID) -> tuple[str, ...]:
        """The files that grant more than the limit or belong to somebody else; never links."""
        return tuple(
            f"{path} {status.mode:04o} uid {status.uid}"
            for path, status in self.statuses.items()
            if status.kind != "link"
            and (status.mode & ~limit or (owner is not None and status.uid != owner))
        )


def collect_host_keys(host: Host) -> ModeFacts:
    names = [n for n in list_if_present(host, SSH_FOLDER) if n.startswith("ssh_host_")]
    keys = [f"{SSH_FOLDER}/{name}" for name in names if name.endswith("_key")]
    if not keys:
        raise SubjectAbsentError("not_installed", f"no {SSH_FOLDER}/ssh_host_*_key")
    return ModeFacts({path: host.lstat(path) for path in keys})


def collect_cron(host: Host) -> ModeFacts:
    """The tables, their folders, and everything in them: whoever writes one runs as root."""
    folders = [folder for folder in CRON_FOLDERS if present(host, folder)]
    inside = [f"{folder}/{name}" for folder in folders for name in host.listing(folder)]
    tables = [CRON_TABLE] if present(host, CRON_TABLE) else []
    paths = [*tables, *folders, *inside]
    if not paths:
        raise SubjectAbsentError("not_used", f"no {CRON_TABLE}, {CRON_FOLDERS[0]}")
    return ModeFacts({path: host.lstat(path) for path in paths})


def collect_homes(host: Host) -> ModeFacts:
    """The home folders of people; one that does not exist holds nothing."""
    people = [one for one in accounts.collect_names(host).accounts if one.is_person]
    homes = [one.home for one in people if one.home.startswith("/") and one.home != "/"]
    return ModeFacts({path: host.lstat(path) for path in homes if present(host, path)})
