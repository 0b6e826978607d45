"""What a secret looks like in a text file. Pure. In doubt it is one: too much hidden costs little.

Every pattern is linear in the length of its line: lines come from files that anybody may write.
"""

import math
import re
from collections import Counter
from itertools import pairwise

WORDS = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret(?:[-_ ]?key)?(?:[-_ ]?base)?|token|credentials?"
    r"|(?:api|access|private|auth|encryption|shared|preshared|master|signing|session)[-_ ]?key"
    r"|psk|bindpw|rootpw|(?:ro|rw)?community|authorization|mnemonic|(?<![a-z])pin"
    r"|m[aậ]t[-_ ]?kh[aẩ]u"
)
# What names a secret and is followed by it. `proxy_pass` names none.
NAMED = re.compile(
    rf"(?<!proxy_)(?<!fastcgi_)(?<!uwsgi_)(?<!grpc_)(?:{WORDS})s?\d*"
    r"(?:[\"'\]]*\s*(?:=>|:=|=|:)[ \t]*|[\"']\s+(?:value|content)\s*=\s*|>|[ \t]+(?=\S))",
    re.IGNORECASE,
)
# A line that ends with such a name: its secret stands in the lines below.
NAMED_AT_END = re.compile(rf"(?:{WORDS})s?\d*[\"']?\s*$", re.IGNORECASE)
BLOCK_FOLLOWS = re.compile(rf"(?:{WORDS})s?\d*[\"']?\s*:\s*(?:[|>][-+\d]*)?\s*$", re.IGNORECASE)
VALUE_LINE = re.compile(r"\s*[\"']?(?:value|content)[\"']?\s*[:=]\s*", re.IGNORECASE)
HARMLESS = re.compile(
    r"[\"']?(?:yes|no|true|false|on|off|none|null|never|required|optional|files|\d|)[\"']?[\s,;]*",
    re.IGNORECASE,
)
KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
PUBLIC_BEGIN = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}(?:CERTIFICATE|PUBLIC KEY|CRL)(?: BLOCK)?-----"
)
PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
# Secrets that show themselves; group `secret` is hidden.
SHOWN = tuple(
    re.compile(pattern)
    for pattern in (
        r"://[^/\s:@\"']{0,200}:(?P<secret>[^\s\"'<>]{1,500})@",
        r"(?P<secret>\$(?:\d|2[abxy]|y|gy|apr1|sha1|P|H|argon2\w{1,2})\$[^\s:,;\"']+)",
        r"(?P<secret>\{(?:SSHA\d*|SHA\d*|CRYPT|S?MD5|PBKDF2[^}]{0,20})\}[^\s:,;\"']+)",
        r"(?i:bearer|basic)\s+(?P<secret>[A-Za-z0-9+/=._~-]{6,})",
        r"(?P<secret>eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)",
        r"(?P<secret>(?:gh[pousr]_|glpat-|xox[abprs]-|AKIA|ASIA|AIza)[A-Za-z0-9_-]{10,})",
        r"\b(?:mysql|mariadb)[a-z-]*\b[^|;]{0,300}?\s-p(?P<secret>[^\s-]\S*)",
        r"\bsshpass\s+-p\s*(?P<secret>\S+)",
        r"\s(?:-u|--user|-U)[ =]?[\"']?[\w.@\\-]{1,64}[:%](?P<secret>[^\s\"']+)",
    )
)
PUBLIC_KEY = re.compile(
    r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S{1,20}|sk-\S{1,40})\s+[A-Za-z0-9+/=]+|SHA256:\S+"
)
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_JOINTS = re.compile(r"[-_/=+]")
_HEX = re.compile(r"[0-9a-fA-F]{32,}")
_LEAST, _LEAST_OF_EACH, _BITS = 20, 3, 3.3
_JOINED = 0.1  # names and paths have more dashes and slashes than chance gives
_CHANGES, _WITHOUT_DIGITS = 0.25, 0.4  # neighbours of different kinds: words and paths have few

SECRET_FILES = re.compile(
    r"(?:.*\.(?:key|password|passwd|secret|secrets|pass|credentials|keytab|ppk|jks|p12|pfx)"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_.*_key|\.pgpass|\.netrc|_netrc|\.git-credentials"
    r"|\.htpasswd|htpasswd|smbpasswd|chap-secrets|pap-secrets|ipsec\.secrets)"
)
SECRET_FOLDERS = frozenset({"secrets", "private", ".gnupg", "credentials", "credstore"})
PASSWORD_FILES = frozenset(
    {"passwd", "passwd-", "shadow", "shadow-", "gshadow", "gshadow-", "opasswd"}
)
NO_PASSWORD = frozenset({"", "x", "*", "!", "!!", "!*"})
# Where the words above are part of the language and name nothing secret.
_MODULE_TYPE = re.compile(
    r"\s*#?\s*-?password\s+(?:\[|required|requisite|sufficient|optional|incl|subst)"
)
_DATABASES = re.compile(r"\s*#?\s*(?:passwd|shadow|gshadow)(?:_compat)?:[\sa-z\[\]!=A-Z]*")


def is_grammar(line: str, name: str, folder: str) -> bool:
    """Whether the line says `password` without saying one: PAM, nsswitch, sudo."""
    if folder == "pam.d" or name == "pam.conf":
        return bool(_MODULE_TYPE.match(line))
    if name == "nsswitch.conf":
        return bool(_DATABASES.fullmatch(line))
    return name == "sudoers" or folder == "sudoers.d"


def random_runs(line: str) -> list[tuple[int, int]]:
    """Where letters and digits stand as no person would write them: keys, tokens, hashes."""
    public = [found.span() for found in PUBLIC_KEY.finditer(line)]
    return [
        found.span()
        for found in _RUN.finditer(line)
        if _looks_random(found.group())
        and not any(begin <= found.start() < end for begin, end in public)
    ]


def _looks_random(run: str) -> bool:
    if _HEX.search(run) and not run.isdigit():
        return True
    values = run.rstrip("=").split("=")
    wholes = [value for value in values if len(_JOINTS.findall(value)) <= _JOINED * len(value)]
    return any(map(_is_mixed, (*wholes, *_JOINTS.split(run))))


def _is_mixed(text: str) -> bool:
    """Long, of letters with digits or of both cases, and with little order in it."""
    if len(text) < _LEAST or sum(character.isalpha() for character in text) < _LEAST_OF_EACH:
        return False
    kinds = [_kind(character) for character in text if character.isalnum()]
    changes = sum(one != other for one, other in pairwise(kinds))
    needed = _CHANGES if "digit" in kinds else _WITHOUT_DIGITS
    if changes < needed * len(text):
        return False
    counts = Counter(text).values()
    bits = -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
    return bits >= _BITS


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower"
