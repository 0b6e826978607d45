"""Whether this host's clock follows a time server, as the running client says."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.host import Host

CHRONY = ("chronyc", "-n", "tracking")
TIMEDATECTL = ("timedatectl", "show", "--property=NTPSynchronized")
NTPQ = ("ntpq", "-c", "rv 0 leap,offset")
_OWN_CLOCK = re.compile(r"^Reference ID\s*: (?:7F7F0101|127\.127\.1\.)", re.MULTILINE)
CLIENTS = ("chronyd", "ntpd", "systemd-timesyncd", "openntpd")


@dataclass(frozen=True, slots=True)
class TimeFacts:
    client: str  # the program that keeps the time, or empty when none runs
    synchronised: bool
    said: str


def collect(host: Host) -> TimeFacts:
    """Ask the client that runs; a host without any follows nobody, whatever its clock says."""
    running = processes.collect(host).running(*CLIENTS)
    if not running:
        return TimeFacts("", synchronised=False, said="no " + ", ".join(CLIENTS))
    client = running[0]
    if client == "chronyd":
        return TimeFacts(client, *parse_chrony(host.run(CHRONY, timeout_s=10)))
    if client == "ntpd":
        return TimeFacts(client, *parse_ntpq(host.run(NTPQ, timeout_s=10)))
    return TimeFacts(client, *parse_timedatectl(host.run(TIMEDATECTL, timeout_s=10)))


def parse_chrony(output: str) -> tuple[bool, str]:
    """A client that follows only its own clock (`local`) calls itself synchronised too.

    Source: chronyc(1), tracking: `Leap status` is `Not synchronised` until it follows;
    chrony.conf(5), local: the reference is then 127.127.1.1, 7F7F0101.
    """
    if _OWN_CLOCK.search(output):
        return False, "Reference ID 7F7F0101"
    for line in output.splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip() == "Leap status":
            return value.strip() != "Not synchronised", f"Leap status {value.strip()}"
    raise UnreadableFactError(" ".join(CHRONY), "unparsable")


def parse_timedatectl(output: str) -> tuple[bool, str]:
    """Source: timedatectl(1), show."""
    name, _, value = output.strip().partition("=")
    if name != "NTPSynchronized" or value not in {"yes", "no"}:
        raise UnreadableFactError(" ".join(TIMEDATECTL), "unparsable")
    return value == "yes", f"NTPSynchronized {value}"


def parse_ntpq(output: str) -> tuple[bool, str]:
    """Source: ntpq(8): leap 11 is `leap_alarm`, not synchronised."""
    for word in output.replace(",", " ").split():
        name, equals, value = word.partition("=")
        if equals and name == "leap":
            return value not in {"11", "3", "leap_alarm"}, f"leap {value}"
    raise UnreadableFactError(" ".join(NTPQ), "unparsable")
