"""Whether the repository's own master key made these bytes: their code (MAC) says so.

Only at sites that the facility owns: a maintenance key at a partner's would open every record.
restic's parameters: AES-256-CTR, and Poly1305-AES over what is encrypted. Nothing is decrypted but
the key file itself; the content of an object stays sealed.

Source: restic's design document, "Keys, Encryption and MAC".
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from agent.sites.janitor.errors import KeyOfRepositoryError, NotARepositoryError
from agent.sites.janitor.keys import is_key
from agent.sites.janitor.reading import entries, opened_folder, read_object
from agent.sites.janitor.shape import Kind

_NONCE_BYTES, _CODE_BYTES = 16, 16
_MOST_KEY_BYTES = 4096
_KEY_BYTES = 64  # 32 to encrypt, 16 for AES of the nonce, 16 for Poly1305


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The parts of a key of restic."""

    encrypt: bytes
    k: bytes
    r: bytes


def seal_of(repository: Path, password_file: Path) -> Callable[[bytes], bool]:
    """What says of bytes whether this repository's key made them.

    Raises:
        KeyOfRepositoryError: the password opens none of its keys.
    """
    master = master_key(repository, password_file)
    return lambda sealed: made_by(master, sealed)


def master_key(repository: Path, password_file: Path) -> MasterKey:
    """Open the repository's keys with this password.

    Raises:
        KeyOfRepositoryError: none of them opens.
        NotARepositoryError: there is no folder of keys.
    """
    password = password_file.read_bytes().strip()
    for content in _keys(repository):
        master = _opened(json.loads(content), password)
        if master is not None:
            return master
    raise KeyOfRepositoryError(folder=str(repository), file=str(password_file))


def made_by(key: MasterKey, sealed: bytes) -> bool:
    """Pure: nonce, ciphertext, code."""
    if len(sealed) < _NONCE_BYTES + _CODE_BYTES:
        return False
    nonce, code = sealed[:_NONCE_BYTES], sealed[-_CODE_BYTES:]
    pad = Cipher(algorithms.AES(key.k), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block: Poly1305-AES
    poly = Poly1305(key.r + pad)
    poly.update(sealed[_NONCE_BYTES:-_CODE_BYTES])
    try:
        poly.verify(code)
    except InvalidSignature:
        return False
    return True


def _keys(repository: Path) -> Iterator[bytes]:
    try:
        with opened_folder(repository) as above, opened_folder(Kind.KEY.value, above) as here:
            for name, status in entries(here):
                kept = read_object(here, name, _MOST_KEY_BYTES).kept
                if is_key(kept, status.st_size):
                    yield kept
    except OSError as error:
        reason = error.strerror or "OSError"
        raise NotARepositoryError(folder=str(repository), reason=reason) from error


def _opened(stored: dict[str, object], password: bytes) -> MasterKey | None:
    n, r, p = (int(str(stored[name])) for name in ("N", "r", "p"))
    salt, data = (base64.b64decode(str(stored[name])) for name in ("salt", "data"))
    derived = hashlib.scrypt(
        password, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=_KEY_BYTES
    )
    user = MasterKey(derived[:32], derived[32:48], derived[48:])
    if not made_by(user, data):
        return None
    nonce = data[:_NONCE_BYTES]
    plain = (
        Cipher(algorithms.AES(user.encrypt), modes.CTR(nonce))
        .decryptor()
        .update(data[_NONCE_BYTES:-_CODE_BYTES])
    )
    parts = json.loads(plain)
    decoded = {name: base64.b64decode(text) for name, text in _flat(parts).items()}
    return MasterKey(decoded["encrypt"], decoded["k"], decoded["r"])


def _flat(parts: dict[str, object]) -> dict[str, str]:
    mac = parts["mac"]
    if not isinstance(mac, dict):
        raise TypeError("mac")
    return {"encrypt": str(parts["encrypt"]), "k": str(mac["k"]), "r": str(mac["r"])}
