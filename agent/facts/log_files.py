"""The log files themselves: who may read them, whether logins are recorded."""

from dataclasses import dataclass

from agent.host import FileStatus, Host, present

FOLDER = "/var/log"
LOGIN_DATABASE = "/var/lib/wtmpdb/wtmp.db"  # takes wtmp's place from Debian 13 on
SECRET_LOGS = ("auth.log", "secure", "syslog", "messages", "kern.log", "audit", "btmp")


@dataclass(frozen=True, slots=True)
class LogFileFacts:
    statuses: dict[str, FileStatus]  # of /var/log itself, by name
    login_database: bool

    @property
    def secret(self) -> dict[str, FileStatus]:
        """Those that hold names, addresses and commands, with their older parts."""
        return {
            name: status
            for name, status in self.statuses.items()
            if name in SECRET_LOGS or name.split(".")[0] in {"auth", "secure", "syslog"}
        }


def collect(host: Host) -> LogFileFacts:
    names = host.listing(FOLDER)
    statuses = {name: host.lstat(f"{FOLDER}/{name}") for name in names}
    return LogFileFacts(statuses, present(host, LOGIN_DATABASE))
