"""Whether a key file is one that restic would have made. Pure.

Keys are no secret but for what their password seals; so every site can look at them. restic tries
every key, and gives up altogether at one that it cannot even read: with another number of bytes of
salt, a field of another type, or parameters of gigabytes. A key that reads well and does not open
is passed over. So the form is taken strictly, as Go's encoding/json would: names of fields that
differ in case alone count there, so there must be none besides the nine.

Source: restic's design document, "Keys, Encryption and MAC"; measured with 0.14 and 0.18.
"""

import base64
import binascii
import json
import re
from datetime import datetime

_MOST_BYTES = 4096
_MOST_MEMORY = 256 << 20  # scrypt needs 128 N r bytes; restic measures itself below 60 MiB
_MOST_WORK = 1 << 25  # N r p
_SALT_BYTES = 64
_LEAST_DATA_BYTES = 64
_NONCE_BYTES = 16
_FIELDS = frozenset({"created", "username", "hostname", "kdf", "N", "r", "p", "salt", "data"})
_CREATED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-][01]\d:[0-5]\d)")


def is_key(content: bytes, size: int) -> bool:
    """One JSON object with restic's fields and scrypt parameters of about a second at most."""
    if size > _MOST_BYTES:
        return False
    try:
        pairs = json.loads(content.decode(), object_pairs_hook=tuple)
        key = dict(pairs)
    except (ValueError, TypeError, RecursionError):
        return False
    if set(key) != _FIELDS or len(pairs) != len(_FIELDS):
        return False
    return _texts_fit(key) and _numbers_fit(key)


def _texts_fit(key: dict[str, object]) -> bool:
    if not all(isinstance(key[name], str) for name in ("username", "hostname")):
        return False
    if key["kdf"] != "scrypt" or not _is_moment(key["created"]):
        return False
    salt, data = _decoded(key["salt"]), _decoded(key["data"])
    nonce = data[:_NONCE_BYTES]  # restic gives up at one of zeros
    return len(salt) == _SALT_BYTES and len(data) >= _LEAST_DATA_BYTES and any(nonce)


def _numbers_fit(key: dict[str, object]) -> bool:
    n, r, p = (key[name] for name in ("N", "r", "p"))
    if type(n) is not int or type(r) is not int or type(p) is not int:
        return False
    if n < 2 or r < 1 or p < 1 or n & (n - 1):  # noqa: PLR2004 - scrypt's own bounds
        return False
    return 128 * n * r <= _MOST_MEMORY and n * r * p <= _MOST_WORK


def _is_moment(value: object) -> bool:
    found = _CREATED.fullmatch(value) if isinstance(value, str) else None
    try:
        return found is not None and bool(datetime.fromisoformat(found[1]))
    except ValueError:
        return False


def _decoded(value: object) -> bytes:
    """No bytes at all for what is no base64."""
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        return b""
