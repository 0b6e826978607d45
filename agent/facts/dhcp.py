"""Whether a DHCP server here writes down whom it gives an address."""

from dataclasses import dataclass

from agent.facts import processes
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, list_if_present, read_if_present

SERVERS = ("dhcpd", "kea-dhcp4", "kea-dhcp6", "dnsmasq")
DNSMASQ, DNSMASQ_FOLDER = "/etc/dnsmasq.conf", "/etc/dnsmasq.d"
KEA = ("/etc/kea/kea-dhcp4.conf", "/etc/kea/kea-dhcp6.conf")


@dataclass(frozen=True, slots=True)
class DhcpFacts:
    servers: tuple[str, ...]
    silenced: tuple[str, ...]  # those told to write nothing down


def collect(host: Host) -> DhcpFacts:
    running = processes.collect(host).running(*SERVERS)
    if not running:
        raise SubjectAbsentError("not_used", "no " + ", ".join(SERVERS))
    silenced = []
    if "dnsmasq" in running and any(dnsmasq_is_quiet(text) for text in _dnsmasq_texts(host)):
        silenced.append("dnsmasq")
    for name, path in zip(("kea-dhcp4", "kea-dhcp6"), KEA, strict=True):
        if name in running and '"loggers"' not in host.read(path):
            silenced.append(name)
    return DhcpFacts(running, tuple(silenced))


def dnsmasq_is_quiet(text: str) -> bool:
    """Source: dnsmasq(8), quiet-dhcp."""
    lines = {line.partition("#")[0].strip() for line in text.splitlines()}
    return bool(lines & {"quiet-dhcp", "quiet-dhcp6"})


def _dnsmasq_texts(host: Host) -> tuple[str, ...]:
    paths = (DNSMASQ, *(f"{DNSMASQ_FOLDER}/{n}" for n in list_if_present(host, DNSMASQ_FOLDER)))
    return tuple(read_if_present(host, path) or "" for path in paths)
