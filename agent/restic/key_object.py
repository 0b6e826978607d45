"""A repository's key object: the master key under a password, as restic writes and reads it. Pure.

The format is published and has not changed since restic's first version: the password gives 64
bytes by scrypt, with the parameters that stand in the object; they encrypt the master key with
AES-256 in counter mode and authenticate it with Poly1305-AES.

Source: restic manual, "References: Design", sections Keys, Encryption and MAC.
"""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from cryptography.hazmat.primitives.poly1305 import Poly1305
from msgspec import Struct

_NONCE, _TAG, _SALT = 16, 16, 64  # bytes
_MOST_SCRYPT_MEMORY = 512 << 20
# A password of 256 random bits is not guessed whatever each guess costs; this costs 2 ms.
_LIGHT_N, _LIGHT_R, _LIGHT_P = 1024, 8, 1


class KeyObject(Struct, forbid_unknown_fields=True):
    """What stands in a file of the folder keys/, in restic's own words."""

    created: str
    username: str
    hostname: str
    kdf: str
    N: int
    r: int
    p: int
    salt: str
    data: str


class KeyObjectError(Exception):
    """This is no key object that this password opens. Never shown: the caller goes on without."""


def light(raw: bytes, password: bytes, entropy: Callable[[int], bytes]) -> bytes:
    """The same master key under the same random password, opened in 2 ms instead of 700.

    Args:
        raw: the key object as restic made it, with scrypt parameters meant for typed passwords.
        password: the random one; without the line's end.
        entropy: gives random bytes.

    Raises:
        KeyObjectError: it is no key object, or the password does not open it.
    """
    old = _decode(raw)
    master = _open(old, password)
    salt = entropy(_SALT)
    new = KeyObject(
        created=old.created,
        username=old.username,
        hostname=old.hostname,
        kdf=old.kdf,
        N=_LIGHT_N,
        r=_LIGHT_R,
        p=_LIGHT_P,
        salt=b64encode(salt).decode(),
        data="",
    )
    new.data = b64encode(_seal(new, password, master, entropy(_NONCE))).decode()
    return msgspec.json.encode(new)


def name_of(raw: bytes) -> str:
    """The file's name: every object but the configuration is called by its SHA-256."""
    return hashlib.sha256(raw).hexdigest()


def _decode(raw: bytes) -> KeyObject:
    try:
        found = msgspec.json.decode(raw, type=KeyObject)
    except msgspec.MsgspecError as error:
        raise KeyObjectError from error
    if found.kdf != "scrypt":
        raise KeyObjectError
    return found


def _open(key: KeyObject, password: bytes) -> bytes:
    encryption, mac_k, mac_r = _derived(key, password)
    try:
        sealed = b64decode(key.data, validate=True)
    except ValueError as error:
        raise KeyObjectError from error
    nonce, inner, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
    if len(sealed) < _NONCE + _TAG:
        raise KeyObjectError
    try:
        Poly1305.verify_tag(_one_time_key(mac_k, mac_r, nonce), inner, tag)
    except InvalidSignature as error:
        raise KeyObjectError from error
    return _counter_mode(encryption, nonce, inner)


def _seal(key: KeyObject, password: bytes, master: bytes, nonce: bytes) -> bytes:
    encryption, mac_k, mac_r = _derived(key, password)
    inner = _counter_mode(encryption, nonce, master)
    return nonce + inner + Poly1305.generate_tag(_one_time_key(mac_k, mac_r, nonce), inner)


def _derived(key: KeyObject, password: bytes) -> tuple[bytes, bytes, bytes]:
    """The key for AES-256, and the two halves of the key for Poly1305-AES."""
    try:
        secret = hashlib.scrypt(
            password,
            salt=b64decode(key.salt, validate=True),
            n=key.N,
            r=key.r,
            p=key.p,
            maxmem=_MOST_SCRYPT_MEMORY,
            dklen=64,
        )
    except (ValueError, OverflowError, TypeError, MemoryError) as error:
        raise KeyObjectError from error
    return secret[:32], secret[32:48], secret[48:]


def _one_time_key(mac_k: bytes, mac_r: bytes, nonce: bytes) -> bytes:
    """Poly1305-AES (Bernstein 2005): r, and the nonce encrypted with k."""
    block = Cipher(AES(mac_k), ECB()).encryptor()  # noqa: S305 - one block, as the MAC defines it
    return mac_r + block.update(nonce) + block.finalize()


def _counter_mode(key: bytes, nonce: bytes, data: bytes) -> bytes:
    stream = Cipher(AES(key), CTR(nonce)).encryptor()
    return stream.update(data) + stream.finalize()
