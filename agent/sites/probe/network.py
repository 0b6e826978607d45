"""What the network itself shows of a place: its address, its nearness, its TLS key."""

import hashlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

from agent.sites.probe.errors import UnreachableError

ROUND_TRIPS = 50
_NFS, _SMB = 2049, 445
_PORTS = {"nfs": _NFS, "cif": _SMB, "smb": _SMB, "fus": 22}  # by the first letters of the mount


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service answers."""

    site: str
    host: str
    port: int
    tls: bool = False
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Reached:
    """What the connections showed."""

    address: str
    round_trip_ms: float  # the shortest of at least 50 handshakes
    tls_key: str | None = None  # SHA-256 of the public key, hex


def reach(endpoint: Endpoint, stopwatch: Callable[[], float] = time.perf_counter) -> Reached:
    """Connect 50 times and say nothing: the kernel's handshake is the round trip.

    Raises:
        UnreachableError: nobody answers, or not in time.
    """
    ends_at = stopwatch() + endpoint.timeout_s
    shortest, address = float("inf"), ""
    try:
        for _ in range(ROUND_TRIPS):
            began = stopwatch()
            with socket.create_connection(
                (endpoint.host, endpoint.port), _left(ends_at, began)
            ) as peer:
                shortest = min(shortest, stopwatch() - began)
                address = plain_address(peer.getpeername()[0])
        key = tls_key(endpoint) if endpoint.tls else None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UnreachableError(site=endpoint.site, reason=str(reason)[:200]) from error
    return Reached(address, shortest * 1000, key)


def tls_key(endpoint: Endpoint) -> str:
    """The fingerprint of the server's key: nothing secret is sent, so no name is checked."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    place = (endpoint.host, endpoint.port)
    with (
        socket.create_connection(place, endpoint.timeout_s) as plain,
        context.wrap_socket(plain, server_hostname=endpoint.host) as secured,
    ):
        certificate = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(key).hexdigest()


def port_of_mount(mount_type: str) -> int | None:
    """Where the server of a network mount answers; None: not known."""
    return _PORTS.get(mount_type[:3])


def own_addresses() -> frozenset[str]:
    """Every address of this machine."""
    import psutil

    return frozenset(
        plain_address(one.address)
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family in (socket.AF_INET, socket.AF_INET6)
    )


def plain_address(address: str) -> str:
    """Without the zone of a link-local one, and IPv4 as IPv4."""
    return address.partition("%")[0].removeprefix("::ffff:")


def _left(ends_at: float, now: float) -> float:
    if now >= ends_at:
        raise TimeoutError("too slow to be measured")
    return ends_at - now
