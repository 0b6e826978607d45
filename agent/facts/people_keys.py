"""The SSH keys that let people in: whose they are, and how strong."""

import base64
import binascii
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import accounts
from agent.host import Host, read_if_present

FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2")
LEAST_RSA_BYTES = 2048 // 8
KINDS = ("ssh-", "ecdsa-", "sk-", "rsa-")
_PREFIX_BYTES = 4


@dataclass(frozen=True, slots=True)
class LoginKey:
    account: str
    kind: str
    weak: bool


def collect(host: Host) -> tuple[LoginKey, ...]:
    """Of every account with a shell and a home."""
    people = [one for one in accounts.collect_names(host).accounts if one.has_shell]
    return tuple(key for one in people for key in of(host, one))


def of(host: Host, account: accounts.Account) -> list[LoginKey]:
    """The keys of one account."""
    if not account.home.startswith("/"):
        return []
    paths = [f"{account.home.rstrip('/')}/{file}" for file in FILES]
    texts = [read_if_present(host, path) or "" for path in paths]
    return [key for text in texts for key in parse(text, account.name)]


def collect_open(host: Host) -> tuple[str, ...]:
    """The accounts by which somebody can log in, by a password or by a key."""
    facts = accounts.collect(host)
    by_password = {account.name for account in facts.with_password() if account.has_shell}
    by_key = {key.account for key in collect(host)}
    ended = {
        n
        for n, one in facts.secrets.items()
        if one.expires_on and one.expires_on <= host.now().date()
    }
    return tuple(sorted((by_password | by_key) - ended))


def parse(text: str, account: str) -> list[LoginKey]:
    """Source: sshd(8), AUTHORIZED_KEYS FILE FORMAT: options, kind, key, comment."""
    keys = []
    for line in text.splitlines():
        words = line.split()
        places = [i for i, word in enumerate(words[:-1]) if word.startswith(KINDS)]
        if words and not line.lstrip().startswith("#") and places:
            kind, key = words[places[0]], words[places[0] + 1]
            keys.append(LoginKey(account, kind, is_weak(kind, key)))
    return keys


def is_weak(kind: str, key: str) -> bool:
    """DSA, and RSA below 2048 bits; RFC 4253, 6.6: the modulus is the third field."""
    if kind == "ssh-dss":
        return True
    return kind == "ssh-rsa" and _modulus_bytes(key) < LEAST_RSA_BYTES


def _modulus_bytes(key: str) -> int:
    try:
        raw = base64.b64decode(key, validate=True)
        fields = _fields(raw)
    except (binascii.Error, ValueError) as error:
        raise UnreadableFactError(FILES[0], "unparsable") from error
    return len(fields[-1].lstrip(b"\0"))


def _fields(raw: bytes) -> list[bytes]:
    fields, at = [], 0
    while at < len(raw):
        size = int.from_bytes(raw[at : at + _PREFIX_BYTES], "big")
        fields.append(raw[at + _PREFIX_BYTES : at + _PREFIX_BYTES + size])
        at += _PREFIX_BYTES + size
    if len(fields) != 3 or at != len(raw):  # noqa: PLR2004 - kind, exponent, modulus
        raise ValueError
    return fields
