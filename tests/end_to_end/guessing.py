"""A dictionary attack: whoever holds the evidence guesses names and contents, and hashes them."""

import base64
import hashlib
import hmac
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from wire.merkle import leaf_hash
from wire.pseudonym import pseudonym

_RAW, _HEX, _BASE64 = 8, 16, 10  # so much of a digest is enough to know it again
_HEX_RUNS = re.compile(rb"[0-9a-fA-F]{%d,}" % _HEX)
_BASE64_RUNS = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % _BASE64)
_PLAIN: tuple[Callable[[bytes], bytes], ...] = (
    lambda value: hashlib.md5(value).digest(),  # noqa: S324 - an attacker may try any
    lambda value: hashlib.sha1(value).digest(),  # noqa: S324
    lambda value: hashlib.sha256(value).digest(),
    lambda value: hashlib.sha512(value).digest(),
    lambda value: hashlib.blake2b(value).digest(),
    lambda value: hashlib.blake2s(value).digest(),
    lambda value: hashlib.sha256(hashlib.sha256(value).digest()).digest(),
    leaf_hash,
)
_KEYED: tuple[Callable[[bytes, bytes], bytes], ...] = (
    lambda key, value: hmac.digest(key, value, "sha256"),
    lambda key, value: hmac.digest(key, value, "sha1"),
    lambda key, value: hashlib.sha256(key + value).digest(),
    lambda key, value: hashlib.sha256(value + key).digest(),
)
PURPOSES = ("watched", "file", "dataset", "snapshot", "tree", "baseline", "answer", "person")


def guesses_of(share: Path) -> Iterator[bytes]:
    """Names, paths and contents below a folder, in both Unicode forms."""
    for path in sorted(share.rglob("*")):
        for text in (path.name, str(path), str(path.relative_to(share))):
            for form in ("NFC", "NFD"):
                yield unicodedata.normalize(form, text).encode()
        if path.is_file():
            yield path.read_bytes()
            yield path.read_bytes().strip()


def digests(values: Iterable[bytes], keys: Iterable[bytes]) -> dict[bytes, str]:
    """Beginning of every digest (raw bytes) -> which guess it belongs to."""
    known = tuple(keys)
    found: dict[bytes, str] = {}
    for value in set(values):
        for hash_of in _PLAIN:
            found[hash_of(value)[:_RAW]] = f"plain {value!r}"
        for key, keyed in itertools.product(known, _KEYED):
            found[keyed(key, value)[:_RAW]] = f"keyed {value!r}"
        for key, purpose in itertools.product(known, PURPOSES):
            name = pseudonym(key, purpose, value)
            found[bytes.fromhex(name[1 : 1 + _HEX])] = f"pseudonym {purpose} {value!r}"
    return found


def recognised(haystack: bytes, known: dict[bytes, str]) -> set[str]:
    """The guesses whose digests stand there, raw, in hex or in base64."""
    windows = itertools.chain(
        (haystack[at : at + _RAW] for at in range(len(haystack) - _RAW + 1)),
        _from_hex(haystack),
    )
    found = {known[window] for window in windows if window in known}
    in_base64 = {base64.b64encode(digest)[:_BASE64]: guess for digest, guess in known.items()}
    return found | {
        in_base64[window] for window in _base64_windows(haystack) if window in in_base64
    }


def _from_hex(haystack: bytes) -> Iterator[bytes]:
    for run in _HEX_RUNS.finditer(haystack):
        digits = run.group().decode()
        for at in range(len(digits) - _HEX + 1):
            yield bytes.fromhex(digits[at : at + _HEX])


def _base64_windows(haystack: bytes) -> Iterator[bytes]:
    url_safe = bytes.maketrans(b"-_", b"+/")
    for run in _BASE64_RUNS.finditer(haystack):
        letters = run.group().translate(url_safe)
        for at in range(len(letters) - _BASE64 + 1):
            yield letters[at : at + _BASE64]
