"""What a new account gets, and how a login at the console behaves: login.defs and useradd.

Source: login.defs(5); useradd(8), "Changing the default values".
"""

from dataclasses import dataclass

from agent.host import Host, read_if_present

FILE, USERADD = "/etc/login.defs", "/etc/default/useradd"
# What the programs of Debian do where the files say nothing.
DEFAULTS = {
    "PASS_MAX_DAYS": "-1", "PASS_MIN_DAYS": "-1", "PASS_WARN_AGE": "-1", "UMASK": "022",
    "LOGIN_RETRIES": "5", "LOGIN_TIMEOUT": "60",
    "INACTIVE": "-1",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoginDefinitions:
    values: dict[str, str]
    useradd: dict[str, str]


def collect(host: Host) -> LoginDefinitions:
    defined = DEFAULTS | words_of(host.read(FILE))
    useradd = DEFAULTS | words_of((read_if_present(host, USERADD) or "").replace("=", " "))
    return LoginDefinitions(defined, useradd)


def words_of(text: str) -> dict[str, str]:
    """`NAME value` lines; the last one holds."""
    pairs = (line.partition("#")[0].split() for line in text.splitlines())
    return {words[0]: words[1].strip('"') for words in pairs if len(words) > 1}


def octal(text: str) -> int | None:
    """A mode or mask as login.defs(5) reads it: octal with a leading 0, hexadecimal, or decimal."""
    if len(text) > 8 or not text.isascii() or not text.isalnum():  # noqa: PLR2004 - sane
        return None
    try:
        return (
            int(text, 8) if text.startswith("0") and text[1:2] not in {"x", "X"} else int(text, 0)
        )
    except ValueError:
        return None
