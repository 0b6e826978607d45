"""What a file's content is, by its first bytes: the class whose loss may be an attack. Pure.

A class says what the beginning looks like and nothing about the rest: whoever must be sure reads
more (agent/integrity/ransom). `random` is what neither shows a format nor repeats its bytes: a
cipher's output, and also bare compressed data without a header.

Source: each format's own specification; file(1), magic(5).
"""

from typing import Final

HEAD_BYTES: Final = 512  # tar's mark ends at 262, DICOM's at 132

EMPTY: Final = "empty"
ZEROS: Final = "zeros"  # nothing but zero bytes: wiped, punched out, or not written yet
TEXT: Final = "text"  # ASCII, UTF-8 or UTF-16
OLD_TEXT: Final = "old_text"  # of an older code page: plain letters, and bytes that are no UTF-8
ENCODED: Final = "encoded"  # one long run of base64
UNKNOWN: Final = "unknown"  # binary, of no format that is known here
RANDOM: Final = "random"
LOCKED_ZIP: Final = "zip_locked"  # its first member needs a password

TEXTS: Final = frozenset({TEXT, OLD_TEXT})
# What a program makes that hides content behind a key: a document that became one is lost too.
LOCKED: Final = frozenset({LOCKED_ZIP, "openssl", "age", "pgp"})
# What shows no format at all.
SHAPELESS: Final = frozenset({RANDOM, UNKNOWN, ENCODED, ZEROS})

_FOUR = {
    b"PK\x03\x04": "zip",  # also docx, xlsx, odt, jar
    b"PK\x05\x06": "zip",
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"\x7fELF": "elf",
    b"\xd0\xcf\x11\xe0": "ole",  # doc, xls, ppt, msi, msg
    b"SQLi": "sqlite",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"\xfd7zX": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"RIFF": "riff",
    b"OggS": "ogg",
    b"fLaC": "flac",
    b"\x1aE\xdf\xa3": "matroska",
    b"{\\rt": "rtf",
    b"PGDM": "pgdump",
    b"\xca\xfe\xba\xbe": "class",
    b"LUKS": "disk",
    b"QFI\xfb": "disk",
    b"KDMV": "disk",
    b"vhdx": "disk",
    b"cone": "disk",
    b"Salt": "openssl",  # `Salted__`
    b"age-": "age",
    b"!BDN": "pst",
    b"ElfF": "evtx",
    b"regf": "registry",
    b"PACK": "gitpack",
    b"OTTO": "font",
    b"wOFF": "font",
    b"wOF2": "font",
    b"L\0\0\0": "lnk",
    b"\xed\xab\xee\xdb": "rpm",
    b"!<ar": "ar",
    b"\0\0\x01\0": "ico",
    b"\0\1\0\0": "jet",  # Access; TrueType fonts begin so, too
}
_THREE = {b"\xff\xd8\xff": "jpeg", b"BZh": "bzip2", b"ID3": "mp3", b"\xef\xbb\xbf": TEXT}
_TWO = {
    b"\x1f\x8b": "gzip",
    b"MZ": "exe",
    b"\xff\xfb": "mp3",
    b"\xff\xf3": "mp3",
    b"\xff\xfe": TEXT,  # UTF-16
    b"\xfe\xff": TEXT,
    b"BM": "bmp",
}
# Their magic is letters, so that a text may begin with it: believed only when the rest is no text.
_SPELLED = frozenset(
    (
        *("bmp", "exe", "bzip2", "mp3", "riff", "openssl", "age", "gitpack", "disk", "sqlite"),
        *("ogg", "flac", "evtx", "registry", "rar", "font", "pgdump", "pst"),
    )
)
_ELSEWHERE = (
    (128, b"DICM", "dicom"),
    (4, b"ftyp", "mp4"),
    (257, b"ustar", "tar"),
    (3, b"-FVE-FS-", "disk"),
)
_ZIP_FLAGS = 6  # offset of a member's flags; the lowest bit says that it is encrypted
_ODD = frozenset(bytes([number]) for number in range(1, 256, 2))
# OpenPGP's packets with a session key: tag -> where the version stands, which, and the length
# that stands before it. RFC 9580 §4.2, §5.1, §5.3.
_SESSION_KEYS = {
    0x84: (2, frozenset({3}), range(0x40, 0xA0)),
    0x85: (3, frozenset({3}), range(5)),
    0x8C: (2, frozenset({4, 5, 6}), range(4, 0x40)),
    0xC1: (2, frozenset({3, 6}), range(0x40, 0x100)),
    0xC3: (2, frozenset({4, 5, 6}), range(4, 0x40)),
}
_ZLIB = frozenset({b"x\x01", b"x^", b"x\x9c", b"x\xda"})

# A control character other than tab, line ends, form feed and escape is in no text.
_WRITTEN = bytes(range(32, 127)) + b"\t\n\r\f\x1b" + bytes(range(128, 256))
_ASCII = bytes(range(32, 127)) + b"\t\n\r\f\x1b"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
_LEAST_JUDGED = 64  # shorter beginnings show too little to be called random or encoded
_LEAST_LETTERS = 40  # of base64's 64: a list of hashes has 16, words without spaces about 30
_RANDOM_SHARE = 0.9
# How many different bytes that many random ones show, less a tenth: 2.5 standard deviations at
# 64 bytes, 4.9 at 512. Text shows a third of it, programs and sound two thirds.
_LEAST_DIFFERENT = tuple(
    _RANDOM_SHARE * 256 * (1 - (255 / 256) ** length) for length in range(HEAD_BYTES + 1)
)


def content_class(head: bytes, size: int) -> str:
    """The class of a file by its first `HEAD_BYTES` (fewer only where the file is shorter)."""
    if not size or not head:
        return EMPTY
    found = _FOUR.get(head[:4]) or _THREE.get(head[:3]) or _TWO.get(head[:2])
    if found is None:
        return _without_magic(head[:HEAD_BYTES])
    if found == "zip":
        return LOCKED_ZIP if head[_ZIP_FLAGS : _ZIP_FLAGS + 1] in _ODD else found
    return (found in _SPELLED and _text(head[:HEAD_BYTES])) or found


def _without_magic(head: bytes) -> str:
    text = _text(head)
    if text:
        return text
    for offset, magic, found in _ELSEWHERE:
        if head.startswith(magic, offset):
            return found
    if not head.strip(b"\0"):
        return ZEROS
    if head[:2] in _ZLIB:
        return "zlib"
    return "pgp" if _is_pgp(head) else _random_or_unknown(head)


def _is_pgp(head: bytes) -> bool:
    packet = _SESSION_KEYS.get(head[0])
    if packet is None or len(head) < _LEAST_JUDGED:
        return False
    place, versions, lengths = packet
    return head[place] in versions and head[1] in lengths


def _text(head: bytes) -> str:
    """Which text it is; empty: none. Of an older code page most letters are plain ones."""
    if head.translate(None, _WRITTEN):
        return ""
    if head.isascii():
        return _encoded_or_text(head)
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 3 and error.reason == "unexpected end of data":
            return TEXT
        return OLD_TEXT if len(head.translate(None, _ASCII)) * 2 <= len(head) else ""
    return TEXT


def _encoded_or_text(head: bytes) -> str:
    if len(head) < _LEAST_JUDGED or head.translate(None, _BASE64):
        return TEXT
    return ENCODED if len(set(head)) >= _LEAST_LETTERS else TEXT


def _random_or_unknown(head: bytes) -> str:
    length = len(head)
    if length < _LEAST_JUDGED:
        return UNKNOWN
    return RANDOM if len(set(head)) >= _LEAST_DIFFERENT[length] else UNKNOWN
