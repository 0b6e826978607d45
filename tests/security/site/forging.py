"""What a thief with the repository's password can make: valid objects that say what he likes."""

import json
import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from agent.sites.janitor.sealed import MasterKey, master_key


def named(raw: bytes) -> tuple[str, bytes]:
    """An object and its right name."""
    return sha256(raw).hexdigest(), raw


def sealed(repository: Path, password_file: Path, said: object) -> tuple[str, bytes]:
    """A document under the repository's own key, as restic seals its own."""
    return named(_seal(master_key(repository, password_file), json.dumps(said).encode()))


def a_lock_of_2040(number: int) -> dict[str, object]:
    """Exclusive, of a host that does not exist, and younger than any clock."""
    return {
        "time": "2040-01-01T00:00:00Z", "exclusive": True, "hostname": f"nowhere-{number}",
        "username": "root", "pid": 4242 + number,
    }  # fmt: skip


def _seal(key: MasterKey, plain: bytes) -> bytes:
    nonce = os.urandom(16)
    encrypted = Cipher(algorithms.AES(key.encrypt), modes.CTR(nonce)).encryptor().update(plain)
    pad = Cipher(algorithms.AES(key.k), modes.ECB()).encryptor().update(nonce)  # noqa: S305
    code = Poly1305(key.r + pad)
    code.update(encrypted)
    return nonce + encrypted + code.finalize()
