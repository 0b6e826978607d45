"""Who this agent is: its key, its host's name, and the controller that it has joined."""

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import Struct

from agent.config.home import Home
from agent.uplink.secrets import SecretError, read_key, read_secret, write_secret
from texts.catalogue import tr
from wire.keys import SigningKey
from wire.text import N_

_KEY_FILE, _MEMBERSHIP_FILE, _AUTHORITY_FILE = "agent.key", "membership.json", "controller-ca.pem"
_LONGEST_HOST = 64


class Membership(Struct, frozen=True):
    """What `join` learned; written once, by whoever may write the secrets folder."""

    url: str
    agent: str
    facility: str
    host: str
    incarnation: str  # announced with the enrolment: the chain that follows it
    order_key: str
    log_key: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs, and in whose name."""

    key: SigningKey
    agent: str
    facility: str
    host: str
    membership: Membership | None


def open_identity(home: Home, facility: str, entropy: Callable[[int], bytes]) -> Identity:
    """This home's identity; a new home gets a key of its own.

    Before it joins, an agent calls itself after its key, so that its evidence has an author.

    Raises:
        SecretError: the key or the membership cannot be used.
    """
    membership = read_membership(home)
    key = _signing_key(home, entropy, new_allowed=membership is None)
    if membership is not None:
        return Identity(key, membership.agent, membership.facility, membership.host, membership)
    return Identity(key, f"local-{key.keyid[:12]}", facility or "local", host_code(), None)


def read_membership(home: Home) -> Membership | None:
    file = home.secrets / _MEMBERSHIP_FILE
    if not file.exists():
        return None
    try:
        return msgspec.json.decode(read_secret(file), type=Membership)
    except msgspec.DecodeError as error:
        raise SecretError(file=str(file), problem=tr(N_("it cannot be understood"))) from error


def write_membership(home: Home, membership: Membership) -> None:
    write_secret(home.secrets / _MEMBERSHIP_FILE, msgspec.json.encode(membership))


def read_authority(home: Home) -> bytes:
    """The pinned certificate of the controller's own authority, PEM."""
    return read_secret(home.secrets / _AUTHORITY_FILE)


def write_authority(home: Home, pem: bytes) -> None:
    write_secret(home.secrets / _AUTHORITY_FILE, pem)


def host_code(name: str | None = None) -> str:
    """The host's name as a code: other characters become `-`."""
    code = re.sub(r"[^A-Za-z0-9_.-]+", "-", name or socket.gethostname()).strip("-._")
    return code[:_LONGEST_HOST] or "host"


def _signing_key(home: Home, entropy: Callable[[int], bytes], *, new_allowed: bool) -> SigningKey:
    file = home.secrets / _KEY_FILE
    if not file.exists() and new_allowed:
        write_secret(file, SigningKey.generate(entropy).to_bytes())
    return SigningKey.from_bytes(read_key(file))
