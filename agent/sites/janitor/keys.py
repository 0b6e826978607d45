"""Whether a key file is one that restic would have made. Pure.

Keys are no secret but for what their password seals; so every site can look at them. A stranger's
key with scrypt parameters of gigabytes stops every restic that tries it.

Source: restic's design document, "Keys, Encryption and MAC".
"""

import json

_MOST_BYTES = 4096
_MOST_MEMORY = 256 << 20  # scrypt needs 128 N r bytes; restic measures itself below 60 MiB
_MOST_WORK = 1 << 25  # N r p


def is_key(content: bytes, size: int) -> bool:
    """One JSON object with scrypt parameters that cost at most about a second."""
    if size > _MOST_BYTES:
        return False
    try:
        key = json.loads(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(key, dict) or key.get("kdf") != "scrypt":
        return False
    numbers = [key.get(name) for name in ("N", "r", "p")]
    texts = [key.get(name) for name in ("salt", "data")]
    if not all(type(one) is int and one > 0 for one in numbers):
        return False
    if not all(isinstance(one, str) and one for one in texts):
        return False
    n, r, p = (int(str(one)) for one in numbers)
    return 128 * n * r <= _MOST_MEMORY and n * r * p <= _MOST_WORK and n & (n - 1) == 0
