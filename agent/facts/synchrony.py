"""When this host's clock last heard from its time server, and how far off it is."""

import re
from dataclasses import dataclass
from datetime import timedelta

from agent.errors import UnreadableFactError
from agent.facts import processes, timekeeping
from agent.host import Host, present

CHRONY_SOURCES = ("chronyc", "-n", "sources")
NTPQ_PEERS = ("ntpq", "-p", "-n")
TIMESYNC = ("timedatectl", "timesync-status")
HEARD = "/run/systemd/timesync/synchronized"  # touched at each answer; systemd-timesyncd(8)
_OFFSET = re.compile(r"^\s*Offset: ([+-]?)(?:(\d+)min )?([\d.]+)(us|ms|s)\s*$", re.MULTILINE)
_SYSTEM_TIME = re.compile(r"^System time\s*: ([\d.]+) seconds", re.MULTILINE)
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_PEER_COLUMNS = 10
_REACH, _OFFSET_COLUMN = 6, 8


@dataclass(frozen=True, slots=True)
class HeardFacts:
    """`lately`: the chosen server answered one of the last tries; `said` in the client's words."""

    lately: bool
    said: str


def collect_heard(host: Host) -> HeardFacts:
    """What a client calls synchronised may be long ago: it says so days after the line broke."""
    client = _client(host)
    if client == "chronyd":
        return parse_sources(host.run(CHRONY_SOURCES, timeout_s=10))
    if client == "ntpd":
        return parse_peers(host.run(NTPQ_PEERS, timeout_s=10))
    if client == "systemd-timesyncd":
        if not present(host, HEARD):
            return HeardFacts(lately=False, said="never")
        age = host.now() - host.lstat(HEARD).modified_at
        return HeardFacts(age <= timedelta(hours=3), f"{age.total_seconds() / 60:.0f} min")
    return HeardFacts(lately=False, said=f"no {', '.join(timekeeping.CLIENTS)}")


def collect_offset_s(host: Host) -> float:
    """How far the clock is off, by the client's own reckoning, in seconds."""
    client = _client(host)
    if client == "chronyd":
        found = _SYSTEM_TIME.search(host.run(timekeeping.CHRONY, timeout_s=10))
        if found is None:
            raise UnreadableFactError(" ".join(timekeeping.CHRONY), "unparsable")
        return float(found[1])
    if client == "ntpd":
        return abs(_peer_in_use(host.run(NTPQ_PEERS, timeout_s=10))[_OFFSET_COLUMN]) / 1000
    if client == "systemd-timesyncd":
        return parse_offset(host.run(TIMESYNC, timeout_s=10))
    raise UnreadableFactError(", ".join(timekeeping.CLIENTS), "missing")


def parse_sources(output: str) -> HeardFacts:
    """`^*` marks the chosen source; its reach counts the last eight tries, octal; chronyc(1)."""
    for line in output.splitlines():
        words = line.split()
        if line[1:2] == "*" and len(words) > 4:  # noqa: PLR2004 - mark, name, stratum, poll, reach
            return HeardFacts(_answered(words[4]), f"reach {words[4]}")
    if "=====" not in output:
        raise UnreadableFactError(" ".join(CHRONY_SOURCES), "unparsable")
    return HeardFacts(lately=False, said="no source")


def parse_peers(output: str) -> HeardFacts:
    """`*` marks the peer in use; ntpq(8)."""
    if "=====" not in output:
        raise UnreadableFactError(" ".join(NTPQ_PEERS), "unparsable")
    if not any(line.startswith(("*", "o")) for line in output.splitlines()):
        return HeardFacts(lately=False, said="no peer")
    reach = f"{int(_peer_in_use(output)[_REACH])}"
    return HeardFacts(_answered(reach), f"reach {reach}")


def parse_offset(output: str) -> float:
    """`Offset: +1.234ms`; timedatectl(1), timesync-status."""
    found = _OFFSET.search(output)
    if found is None:
        raise UnreadableFactError(" ".join(TIMESYNC), "unparsable")
    return 60 * int(found[2] or 0) + float(found[3]) * _UNITS[found[4]]


def _peer_in_use(output: str) -> list[float]:
    for line in output.splitlines():
        words = line.split()
        if line.startswith(("*", "o")) and len(words) == _PEER_COLUMNS:
            try:
                return [0.0] * _REACH + [float(word) for word in words[_REACH:]]
            except ValueError as error:
                raise UnreadableFactError(" ".join(NTPQ_PEERS), "unparsable") from error
    raise UnreadableFactError(" ".join(NTPQ_PEERS), "no_rule")


def _answered(reach: str) -> bool:
    """An answer to one of the last three tries."""
    if not reach.isdecimal() or set(reach) - set("01234567"):
        raise UnreadableFactError(" ".join(CHRONY_SOURCES), "unparsable")
    return bool(int(reach, 8) & 0b111)


def _client(host: Host) -> str:
    running = processes.collect(host).running(*timekeeping.CLIENTS)
    return running[0] if running else ""
