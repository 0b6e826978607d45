"""What this host's own TLS services answer: openssl(1) speaks to each, and to no other machine."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.errors import UnreadableFactError
from agent.facts import sockets
from agent.facts.absent import SubjectAbsentError
from agent.facts.sockets import Socket
from agent.host import Host

# Other ports are left alone: a printer would print what it does not understand.
DIRECT = (443, 465, 636, 853, 989, 990, 993, 995, 2376, 2762, 3269, 5061, 5671, 5986, 6443, 6514,
          8006, 8443, 8883, 9090, 9443, 10000)  # fmt: skip
UPGRADED = {25: "smtp", 587: "smtp", 3306: "mysql", 5432: "postgres"}
OLD_VERSIONS = {"TLSv1": "-tls1", "TLSv1.1": "-tls1_1"}
EVERY = "ALL:@SECLEVEL=0"
WEAK = "aNULL:eNULL:LOW:EXP:RC4:3DES:MD5:@SECLEVEL=0"  # what this openssl does not know it skips
LIMIT_S = 4.0
_SPOKE, _REACHED = ">>> TLS", "CONNECTED("
_CIPHER = re.compile(r"^(?:New|Reused), ([^,]+), Cipher is (\S+)$", re.MULTILINE)
_KEY = re.compile(r"^\s*a:PKEY: (\S+), (\d{1,6}) \(bit\); sigalg: (\S+)", re.MULTILINE)
_ENDS = re.compile(r"NotAfter: (\w{3} +\d{1,2} [\d:]{8} \d{4}) GMT")


@dataclass(frozen=True, slots=True)
class Service:
    port: int
    ends_at: datetime
    key: str  # its kind, as openssl calls it
    key_bits: int
    signature: str
    old_versions: tuple[str, ...]  # those that it still speaks
    weak_cipher: str  # one that it accepted, or empty


@dataclass(frozen=True, slots=True)
class TlsFacts:
    services: tuple[Service, ...]
    today: datetime


def collect(host: Host) -> TlsFacts:
    places = [one for one in sockets.collect(host) if one.port in DIRECT or one.port in UPGRADED]
    services = tuple(found for found in (look(host, place) for place in places) if found)
    if not services:
        ports = ", ".join(str(place.port) for place in places)
        raise SubjectAbsentError("not_used", f"no TLS on {ports or 'any port'}")
    return TlsFacts(services, host.now())


def command(place: Socket, *words: str) -> tuple[str, ...]:
    upgrade = ("-starttls", UPGRADED[place.port]) if place.port in UPGRADED else ()
    return ("openssl", "s_client", "-connect", place.place, *upgrade, "-msg", *words)


def look(host: Host, place: Socket) -> Service | None:
    """What one service answers; None when it speaks no TLS at all."""
    output = _say(host, place, "-min_protocol", "TLSv1", "-cipher", EVERY)
    if not _agreed(output):
        return None
    key, ends = _KEY.search(output), _ENDS.search(output)
    if key is None or ends is None:
        raise UnreadableFactError(f"openssl s_client {place.place}", "unparsable")
    old = [n for n, word in OLD_VERSIONS.items() if _agreed(_try(host, place, word, EVERY))]
    weak = _agreed(_try(host, place, "-tls1_2", WEAK))
    size = int(key[2])
    return Service(place.port, moment(ends[1]), key[1], size, key[3], tuple(old), weak)


def moment(text: str) -> datetime:
    """`Dec 22 03:21:23 2026`, in UTC, as openssl prints it."""
    try:
        return datetime.strptime(text, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise UnreadableFactError("openssl", "unparsable") from error


def _try(host: Host, place: Socket, version: str, ciphers: str) -> str:
    """One version alone; a question that could not be put is no refusal."""
    output = _say(host, place, version, "-cipher", ciphers)
    if _SPOKE not in output:
        raise UnreadableFactError(f"openssl s_client {version}", "failed")
    return output


def _say(host: Host, place: Socket, *words: str) -> str:
    output = host.run(command(place, *words), LIMIT_S, accept=(0, 1))
    if _REACHED not in output:
        raise UnreadableFactError(f"openssl s_client {place.place}", "failed")
    return output


def _agreed(output: str) -> str:
    """The cipher on which both sides agreed, or nothing."""
    found = _CIPHER.search(output)
    return found[2] if found and found[2] != "(NONE)" else ""
