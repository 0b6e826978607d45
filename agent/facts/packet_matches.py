"""How much of a stranger's packets one condition of a packet filter's rule lets through."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

LOOPBACK = "lo"
TCP, UDP = frozenset({"tcp", "6"}), frozenset({"udp", "17"})
PORT_NAMES = {"ssh": 22}
PORTS, HALF_THE_PORTS = 65_536, 32_768
# More than the largest private networks together: nobody means "our machines" by that.
BROAD = {4: 2**25, 6: 2**122}
EVERYTHING = {4: 2**32, 6: 2**128}


class Breadth(IntEnum):
    """A rule reaches as far as its narrowest condition."""

    NEVER = 0  # not these packets
    SOME = 1  # a few machines, ports or kinds
    UNSURE = 2  # we do not know this condition
    WIDE = 3  # so many that it limits nothing
    ALL = 4


@dataclass(frozen=True, slots=True)
class Match:
    """One condition; the keys are those of the judges below, `unknown` is any other."""

    key: str
    values: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A new connection with a machine nobody knows; `port`: one TCP port, None for any."""

    family: str  # ip | ip6
    hook: str  # input | output
    port: int | None = None


def breadth_of(match: Match, question: Question) -> Breadth:
    judge = _JUDGES.get(match.key)
    return judge(match, question) if judge else Breadth.UNSURE


def _whether(matches: bool, match: Match) -> Breadth:  # noqa: FBT001 - the one thing it says
    return Breadth.ALL if matches != match.negated else Breadth.NEVER


def _interface(match: Match, question: Question) -> Breadth:
    own = "interface_in" if question.hook == "input" else "interface_out"
    if match.key == own and set(match.values) == {LOOPBACK}:
        return _whether(False, match)  # noqa: FBT003 - a stranger is not on the loopback
    return Breadth.WIDE


def _address(match: Match, question: Question) -> Breadth:
    """The other side's address narrows; our own only when it is that of a group."""
    other = "saddr" if question.hook == "input" else "daddr"
    try:
        ranges = [range_of(value) for value in match.values]
    except ValueError:
        return Breadth.UNSURE
    if match.negated:
        return Breadth.WIDE
    if not ranges:  # a set that holds nothing now
        return Breadth.SOME
    if match.key != other:
        grouped = all(first.is_multicast or int(first) == 2**32 - 1 for first, _ in ranges)
        return Breadth.SOME if grouped else Breadth.WIDE
    version = ranges[0][0].version
    count = sum(int(last) - int(first) + 1 for first, last in ranges)
    if count >= EVERYTHING[version]:
        return Breadth.ALL
    return Breadth.WIDE if count >= BROAD[version] else Breadth.SOME


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def range_of(text: str) -> tuple[_Address, _Address]:
    """`10.0.0.0/8`, `10.0.0.1`, `10.0.0.1-10.0.0.9`.

    Raises:
        ValueError: it is none of these.
    """
    first, hyphen, last = text.partition("-")
    if hyphen:
        return ipaddress.ip_address(first.strip()), ipaddress.ip_address(last.strip())
    network = ipaddress.ip_network(text.strip(), strict=False)
    return network[0], network[-1]


def _port(match: Match, question: Question) -> Breadth:
    """An attacker chooses the port that he comes from, so that limits nobody."""
    if question.hook == "input" and match.key == "sport":
        return Breadth.WIDE
    ranges = [_ports(value) for value in match.values]
    if question.port is not None and match.key == "dport":
        known = [found for found in ranges if found is not None]
        if any(question.port in found for found in known) or len(known) == len(ranges):
            return _whether(any(question.port in found for found in known), match)
        return Breadth.UNSURE
    count = sum(1 if found is None else len(found) for found in ranges)
    count = PORTS - count if match.negated else count
    return Breadth.WIDE if count >= HALF_THE_PORTS else Breadth.SOME


def _ports(text: str) -> range | None:
    """None for a name that we do not know: it is one port."""
    first, hyphen, last = text.replace(":", "-").strip().partition("-")
    numbers = [PORT_NAMES.get(word, word) for word in (first or "0", last or str(PORTS - 1))]
    if not all(str(number).isdecimal() for number in numbers[: 2 if hyphen else 1]):
        return None
    low = int(numbers[0])
    return range(low, (int(numbers[1]) if hyphen else low) + 1)


def _protocol(match: Match, question: Question) -> Breadth:
    named = set(match.values)
    if named & {"all", "0"}:
        return _whether(True, match)  # noqa: FBT003 - what the word says
    if question.port is not None:
        return _whether(bool(named & TCP), match)
    if match.negated:
        return Breadth.WIDE
    return Breadth.WIDE if named & (TCP | UDP) else Breadth.SOME


def _state(match: Match, _: Question) -> Breadth:
    """What belongs to an allowed connection is no door of its own."""
    named = {value.lower() for value in match.values}
    if "new" in named:
        return Breadth.SOME if match.negated else Breadth.ALL
    if match.negated:
        return Breadth.ALL
    return Breadth.WIDE if named & {"untracked", "snat"} else Breadth.SOME


def _family(match: Match, question: Question) -> Breadth:
    return _whether(question.family in match.values, match)


def _destination_kind(match: Match, _: Question) -> Breadth:
    named = {value.lower() for value in match.values}
    usual = bool(named & {"host", "unicast", "local"})
    return Breadth.WIDE if usual != match.negated else Breadth.SOME


def _kind(match: Match, question: Question) -> Breadth:
    """Messages of the network itself, a hardware address, a local account."""
    if question.port is not None and match.values[:1] == ("icmp",):
        return _whether(False, match)  # noqa: FBT003 - such a packet has no port
    return Breadth.WIDE if match.negated else Breadth.SOME


def _rate(_match: Match, _question: Question) -> Breadth:
    return Breadth.WIDE


_JUDGES = {
    "interface_in": _interface, "interface_out": _interface, "saddr": _address,
    "daddr": _address, "sport": _port, "dport": _port, "protocol": _protocol, "state": _state,
    "family": _family, "packet_type": _destination_kind, "address_type": _destination_kind,
    "kind": _kind, "rate": _rate,
}  # fmt: skip


def narrowest(matches: Sequence[Match], question: Question) -> Breadth:
    return min((breadth_of(match, question) for match in matches), default=Breadth.ALL)
