"""A conversation with a site over SSH; paramiko is loaded only while this runs.

Whatever the other end does, it ends: every answer is bounded, every wait too, and the whole
conversation has an end of its own.
"""

import contextlib
import hashlib
import logging
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.sites.probe.answer import MAX_BYTES
from agent.sites.probe.errors import (
    HostKeyError,
    ProbeError,
    ProbeKeyFileError,
    ProbeKeyRefusedError,
    UnreachableError,
)
from agent.sites.probe.network import plain_address

if TYPE_CHECKING:
    import paramiko

ROUND_TRIPS = 50
REQUEST = "keepalive@lachan"  # any unknown global request is answered with a refusal: RFC 4254 §4
PROBE = "probe"  # what the forced command is asked; a word behind it is a wish
PASSIVE_S = 60.0
_BANNER_MOST = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """Where to call, as whom, and the files that say so."""

    site: str
    host: str
    port: int
    user: str
    key_file: Path
    known_hosts_file: Path
    timeout_s: float = 15.0  # of each answer
    ends_after_s: float = PASSIVE_S  # of the whole conversation


@dataclass(frozen=True, slots=True)
class Session:
    """An open connection, and what it shows by itself."""

    caller: Caller
    transport: "paramiko.Transport"
    host_key: str  # SHA-256 of the public host key, hex
    banner: str
    peer_address: str

    def ask(self, wish: str = "") -> bytes:
        """What the forced command prints, at most a little more than may be read.

        Raises:
            UnreachableError: it does not answer in time.
        """
        with told(self.caller):
            return _forced_answer(self.transport, self.caller, f"{PROBE} {wish}".strip())

    def round_trip_ms(self) -> float:
        """The shortest of 50.

        Raises:
            UnreachableError: the connection ended meanwhile.
        """
        with told(self.caller):
            return shortest_round_trip_ms(self.transport, self.caller.timeout_s)


@contextlib.contextmanager
def session(caller: Caller) -> Iterator[Session]:
    """Connect: the host key before anything else, then our key.

    Raises:
        ProbeError: with its cause; nothing was learned then.
    """
    known = _known_keys(caller)
    key = _private_key(caller)
    with _transport(caller) as transport:
        with told(caller):
            _ask_for_known_kinds(transport, known, caller)
            transport.start_client(timeout=caller.timeout_s)
            host_key = transport.get_remote_server_key()
            if not known.check(_name(caller), host_key):
                raise HostKeyError(site=caller.site, file=str(caller.known_hosts_file))
            transport.auth_publickey(caller.user, key)
            opened = Session(
                caller,
                transport,
                hashlib.sha256(host_key.asbytes()).hexdigest(),
                transport.remote_version[:_BANNER_MOST],
                plain_address(str(transport.getpeername()[0])),
            )
        yield opened


@contextlib.contextmanager
def told(caller: Caller) -> Iterator[None]:
    """Everything that a connection can do to us, as one family of errors.

    Bytes that are no protocol end inside paramiko as any of these.
    """
    import paramiko

    spoiled = (OSError, EOFError, ValueError, LookupError, struct.error, OverflowError)
    try:
        yield
    except ProbeError:
        raise
    except paramiko.AuthenticationException as error:
        raise ProbeKeyRefusedError(site=caller.site) from error
    except (paramiko.SSHException, paramiko.SFTPError, *spoiled) as error:
        raise _unreachable(caller, error) from error


@contextlib.contextmanager
def _transport(caller: Caller) -> Iterator["paramiko.Transport"]:
    import paramiko

    # A refusal is an answer here and told in our words, not an error of the library's.
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    try:
        connection = socket.create_connection((caller.host, caller.port), caller.timeout_s)
    except (OSError, ValueError) as error:  # ValueError: a name that no resolver can take
        raise _unreachable(caller, error) from error
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.banner_timeout = transport.auth_timeout = caller.timeout_s
        watch = threading.Timer(caller.ends_after_s, transport.close)
        watch.daemon = True
        watch.start()
        try:
            yield transport
        finally:
            watch.cancel()
            transport.close()
            transport.join(caller.timeout_s)
    finally:
        connection.close()


def _unreachable(caller: Caller, error: Exception) -> ProbeError:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    shown = "".join(sign for sign in str(reason)[:200] if sign.isprintable())
    return UnreachableError(site=caller.site, reason=shown)


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


def _forced_answer(transport: "paramiko.Transport", caller: Caller, request: str) -> bytes:
    channel = transport.open_session(timeout=caller.timeout_s)
    try:
        channel.settimeout(caller.timeout_s)
        channel.exec_command(request)  # the forced command runs, whatever is asked
        channel.shutdown_write()
        pieces: list[bytes] = []
        while sum(map(len, pieces)) <= MAX_BYTES:
            piece = channel.recv(MAX_BYTES)
            if not piece:
                break
            pieces.append(piece)
    finally:
        channel.close()
    return b"".join(pieces)


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
