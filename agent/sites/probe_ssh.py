"""Ask a site over SSH with the probe-only key; paramiko is loaded only while this runs."""

import contextlib
import hashlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.sites.probe_answer import MAX_BYTES
from agent.sites.probe_errors import (
    HostKeyError,
    ProbeError,
    ProbeKeyFileError,
    ProbeKeyRefusedError,
    UnreachableError,
)

if TYPE_CHECKING:
    import paramiko

ROUND_TRIPS = 50
REQUEST = "keepalive@lachan"  # any unknown global request is answered with a refusal: RFC 4254 §4


@dataclass(frozen=True, slots=True)
class Caller:
    """Where to call, as whom, and the files that say so."""

    site: str
    host: str
    port: int
    user: str
    key_file: Path
    known_hosts_file: Path
    timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What the connection itself shows, and what the forced command printed."""

    host_key: str  # SHA-256 of the public host key, hex
    remote_version: str
    peer_address: str
    round_trip_ms: float  # the shortest of at least 50
    output: bytes


def call(caller: Caller) -> Heard:
    """One connection: the host key before anything else, then the answer, then the round trips.

    Raises:
        ProbeError: with its cause; nothing was learned then.
    """
    import paramiko

    known = _known_keys(caller)
    key = _private_key(caller)
    with _transport(caller) as transport:
        try:
            _ask_for_known_kinds(transport, known, caller)
            transport.start_client(timeout=caller.timeout_s)
            host_key = transport.get_remote_server_key()
            if not known.check(_name(caller), host_key):
                raise HostKeyError(site=caller.site, file=str(caller.known_hosts_file))
            transport.auth_publickey(caller.user, key)
            output = _forced_answer(transport, caller)
            return Heard(
                host_key=hashlib.sha256(host_key.asbytes()).hexdigest(),
                remote_version=transport.remote_version,
                peer_address=_peer(transport),
                round_trip_ms=shortest_round_trip_ms(transport, caller.timeout_s),
                output=output,
            )
        except paramiko.AuthenticationException as error:
            raise ProbeKeyRefusedError(site=caller.site) from error
        except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
            raise _unreachable(caller, error) from error


@contextlib.contextmanager
def _transport(caller: Caller) -> Iterator["paramiko.Transport"]:
    import paramiko

    try:
        connection = socket.create_connection((caller.host, caller.port), caller.timeout_s)
    except OSError as error:
        raise _unreachable(caller, error) from error
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.banner_timeout = transport.auth_timeout = caller.timeout_s
        try:
            yield transport
        finally:
            transport.close()
            transport.join(caller.timeout_s)
    finally:
        connection.close()


def _unreachable(caller: Caller, error: Exception) -> ProbeError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return UnreachableError(site=caller.site, reason=str(reason)[:200])


def _known_keys(caller: Caller) -> "paramiko.HostKeys":
    import paramiko

    try:
        return paramiko.HostKeys(str(caller.known_hosts_file))
    except (OSError, ValueError, paramiko.hostkeys.InvalidHostKey) as error:
        raise _bad_file(caller, caller.known_hosts_file, error) from error


def _private_key(caller: Caller) -> "paramiko.PKey":
    import paramiko

    try:
        return paramiko.PKey.from_path(caller.key_file)
    except (OSError, paramiko.SSHException, ValueError, TypeError) as error:
        raise _bad_file(caller, caller.key_file, error) from error


def _bad_file(caller: Caller, file: Path, error: Exception) -> ProbeKeyFileError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return ProbeKeyFileError(site=caller.site, file=str(file), reason=str(reason))


def _name(caller: Caller) -> str:
    """As ssh(1) writes it into known_hosts."""
    plain = caller.port == 22  # noqa: PLR2004
    return caller.host if plain else f"[{caller.host}]:{caller.port}"


def _ask_for_known_kinds(
    transport: "paramiko.Transport", known: "paramiko.HostKeys", caller: Caller
) -> None:
    """A server may have keys of several kinds: let it show one that can be compared."""
    kinds = set(known.lookup(_name(caller)) or {})
    if "ssh-rsa" in kinds:
        kinds |= {"rsa-sha2-512", "rsa-sha2-256"}
    options = transport.get_security_options()
    offered = [kind for kind in options.key_types if kind in kinds]
    if offered:
        options.key_types = offered


def _forced_answer(transport: "paramiko.Transport", caller: Caller) -> bytes:
    channel = transport.open_session(timeout=caller.timeout_s)
    channel.settimeout(caller.timeout_s)
    channel.exec_command("probe")  # the forced command runs, whatever is asked
    channel.shutdown_write()
    pieces: list[bytes] = []
    while sum(map(len, pieces)) <= MAX_BYTES:
        piece = channel.recv(MAX_BYTES)
        if not piece:
            break
        pieces.append(piece)
    channel.close()
    return b"".join(pieces)


def _peer(transport: "paramiko.Transport") -> str:
    """The address that was really reached, without the zone of a link-local one."""
    return str(transport.getpeername()[0]).partition("%")[0]


def shortest_round_trip_ms(transport: "paramiko.Transport", timeout_s: float) -> float:
    """Software only ever makes it longer, so the shortest is nearest to the distance."""
    ends_at = time.monotonic() + timeout_s
    shortest = float("inf")
    for _ in range(ROUND_TRIPS):
        began = time.perf_counter()
        transport.global_request(REQUEST, wait=True)
        shortest = min(shortest, time.perf_counter() - began)
        if not transport.is_active() or time.monotonic() > ends_at:
            raise OSError("the connection ended while its round trips were measured")
    return shortest * 1000
