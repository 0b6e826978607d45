"""A file's extended attributes as the ledger keeps them: also ACL, capabilities, SELinux label.

Names with short values as they are, and a digest of longer ones, as MessagePack in the order of
names. Whoever compares them needs no more, and a value may be 64 KiB long.

Source: xattr(7), acl(5), capabilities(7) "File capabilities".
"""

import errno
import hashlib
import os

import msgspec

NOT_READ = b""  # of a record made before attributes were kept; without any they are None
ACL = b"system.posix_acl_"
CAPABILITY = b"security.capability"
LABEL = b"security.selinux"
_AS_IT_IS, _DIGEST = b"=", b"#"  # what the value that follows is
_SHORT = 64
_DIGEST_BYTES = 16
_NONE_HERE = frozenset({errno.EOPNOTSUPP, errno.ENOSYS})
_GONE_MEANWHILE = errno.ENODATA
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[bytes, bytes]).decode


def read_attributes(place: int | bytes) -> bytes | None:
    """The attributes of an open file, or of what lies at a path (a link itself, not its target).

    Raises:
        OSError: they are there and cannot be read.
    """
    follow = isinstance(place, int)  # a descriptor is what it is: Python demands the default
    try:
        names = os.listxattr(place, follow_symlinks=follow)
    except OSError as error:
        if error.errno in _NONE_HERE:
            return None
        raise
    return _packed(place, sorted(map(os.fsencode, names)), follow) if names else None


def values_of(attributes: bytes | None) -> dict[bytes, bytes]:
    """Name -> what is kept of the value; of records that hold none, or were not read, nothing."""
    return _decode(attributes) if attributes else {}


def _packed(place: int | bytes, names: list[bytes], follow: bool) -> bytes | None:  # noqa: FBT001
    found: dict[bytes, bytes] = {}
    for name in names:
        try:
            value = os.getxattr(place, name, follow_symlinks=follow)
        except OSError as error:
            if error.errno == _GONE_MEANWHILE or error.errno in _NONE_HERE:
                continue
            raise
        found[name] = _kept(value)
    return _encode(found) if found else None


def _kept(value: bytes) -> bytes:
    if len(value) <= _SHORT:
        return _AS_IT_IS + value
    return _DIGEST + hashlib.sha256(value).digest()[:_DIGEST_BYTES]
