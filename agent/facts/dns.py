"""The name servers that this host asks, those behind a local one included."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

from agent.config.model import Expected
from agent.errors import UnreadableFactError
from agent.facts import own
from agent.host import Host

PATH = "/etc/resolv.conf"
BEHIND = "/run/systemd/resolve/resolv.conf"  # those that systemd-resolved asks in turn
STUB = "127.0.0.53"
# Resolvers whose operators refuse harmful names, each with its operator's own statement.
FILTERING = {
    "9.9.9.9": "quad9", "149.112.112.112": "quad9", "2620:fe::fe": "quad9", "2620:fe::9": "quad9",
    "1.1.1.2": "cloudflare", "1.0.0.2": "cloudflare", "2606:4700:4700::1112": "cloudflare",
    "1.1.1.3": "cloudflare", "1.0.0.3": "cloudflare", "208.67.222.222": "opendns",
    "208.67.220.220": "opendns", "94.140.14.14": "adguard", "94.140.15.15": "adguard",
    "185.228.168.9": "cleanbrowsing", "185.228.169.9": "cleanbrowsing",
}  # fmt: skip
_SERVER = re.compile(r"^\s*nameserver\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DnsFacts:
    asked: tuple[str, ...]
    expected: Expected | None  # None where this host has no agent.yaml


def collect(host: Host) -> DnsFacts:
    asked = parse(host.read(PATH))
    if asked == (STUB,):
        asked = parse(host.read(BEHIND))
    try:
        return DnsFacts(asked, own.expected(host))
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        return DnsFacts(asked, None)


def parse(text: str) -> tuple[str, ...]:
    """Source: resolv.conf(5): without any server the host asks itself."""
    found = tuple(address.partition("%")[0] for address in _SERVER.findall(text))
    try:
        return tuple(str(ip_address(address)) for address in found) or ("127.0.0.1",)
    except ValueError as error:
        raise UnreadableFactError(PATH, "unparsable") from error
