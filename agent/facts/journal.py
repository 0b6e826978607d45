"""Which programs keep this host's logs, where, and whether they leave it."""

from dataclasses import dataclass

from agent.facts import journald, log_sending, processes, rsyslog
from agent.host import Host

TEXT_DAEMONS = ("rsyslogd", "syslog-ng")
DAEMONS = (*TEXT_DAEMONS, "systemd-journald")


@dataclass(frozen=True, slots=True)
class JournalFacts:
    running: tuple[str, ...]
    journal_on_disk: bool
    forwards: bool

    @property
    def text_logs(self) -> bool:
        return any(name in self.running for name in TEXT_DAEMONS)


def collect(host: Host) -> JournalFacts:
    settings = journald.settings(host)
    return JournalFacts(
        running=processes.collect(host).running(*DAEMONS),
        journal_on_disk=settings.folder and settings.stored_on_disk,
        forwards=bool(log_sending.senders(rsyslog.statements(host))),
    )
