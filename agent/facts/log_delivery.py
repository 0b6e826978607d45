"""Whether logs really leave this host: connections that log programs hold to other machines."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import log_sending, presence, rsyslog
from agent.host import Host, present

CONNECTIONS = ("ss", "-H", "-t", "-n", "-p", "state", "established")
UPLOAD = "systemd-journal-upload"  # cut to 15 letters it is called as systemd-journald is
SENDERS = (
    "rsyslogd", "syslog-ng", UPLOAD, "fluent-bit", "td-agent-bit", "vector",
    "filebeat", "promtail", "alloy", "wazuh-agentd", "splunkd", "nxlog", "elastic-agent",
)  # fmt: skip
_USER = re.compile(r'users:\(\("([^"]+)"')
_COLUMNS = 4
_HERE = ("127.", "[::1]", "::1", "[::ffff:127.")


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    connected: tuple[str, ...]  # programs with an open line to another machine
    running: tuple[str, ...]  # programs that could send
    told_to: bool  # settings name another machine


def collect(host: Host) -> DeliveryFacts:
    connected = parse(host.run(CONNECTIONS, timeout_s=10))
    running = tuple(n for n in SENDERS if n != UPLOAD and presence.running(host, (n,)))
    sending = "rsyslogd" in running and bool(log_sending.senders(rsyslog.statements(host)))
    return DeliveryFacts(connected, running, sending or present(host, log_sending.UPLOAD_ENABLED))


def parse(output: str) -> tuple[str, ...]:
    """The senders that hold a connection elsewhere; ss(8): recv-q send-q local peer users."""
    found = set()
    for line in output.splitlines():
        words = line.split()
        user = _USER.search(line)
        if len(words) < _COLUMNS:
            raise UnreadableFactError(" ".join(CONNECTIONS), "unparsable")
        if user is None:  # only root sees whose a connection is
            raise UnreadableFactError(" ".join(CONNECTIONS), "denied")
        short = user[1]
        away = not words[3].startswith(_HERE)
        found |= {name for name in SENDERS if away and name[:15] == short[:15]}
    return tuple(sorted(found))
