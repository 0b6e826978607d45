"""A command as it may be shown and kept: its secrets cut out, 512 bytes at most. Pure.

Programs take secrets in many ways; where in doubt, too much is cut. What a program was given by
position alone, without a word that tells of a secret, is not found.
"""

import re

from agent.files.names import shown
from agent.integrity.diff import secret_shapes as shapes

LONGEST_BYTES = 512
CUT = "***"
_KEPT_BYTES = 1024  # agent.integrity.who.proc keeps no more of a command

_NAMED = rf"[\w.-]*(?:{shapes.WORDS})[\w.-]*|[\w-]*[-_]pass|pass(?:in|out)|[\w-]*_pin|[\w-]+pw"
_VALUE = r"""(?:"(?:\\.|[^"\\])*(?:"|$)|'[^']*(?:'|$)|(?:\\.|[^\s\\])+)"""
_RULES = (
    re.compile(r"(\w://[^\s:/@]*:)\S*(?=@)"),  # scheme://user:secret@host
    re.compile(r"(?<![\w/])([\w.+-]+:)[^\s:/@][^\s/@]*(?=@[\w\[])"),  # user:secret@host
    re.compile(r"((?:authorization|cookie|x-[\w-]*key)\s*:\s*).*", re.IGNORECASE | re.DOTALL),
    re.compile(rf"""((?<![\w.-])-*(?:{_NAMED})["']*\s*[=:]\s*){_VALUE}""", re.IGNORECASE),
    re.compile(rf"((?<![\w.-])--?(?:{_NAMED})\s+){_VALUE}", re.IGNORECASE),
    re.compile(rf"((?<![\w=-])-p){_VALUE}"),  # mysql -p…, 7z -p…; `cp -pr` loses its r
    re.compile(rf"((?<!\S)(?:-u|-U|--user|--proxy-user)[ =]?[\"']?[^\s:%\"'=]+[:%]){_VALUE}"),
    *(  # programs that take a secret after a letter of their own
        re.compile(rf"((?<![\w-])(?:{programs})\s(?:.*?\s)?{letter}\s*){_VALUE}", re.DOTALL)
        for programs, letter in (
            ("sshpass|docker|podman", "-p"),
            ("unzip|zip|sqlcmd", "-P"),
            ("ldap[a-z]+", "-w"),
            ("redis-cli", "-a"),
            ("openssl", "-k"),
        )
    ),
)


def shown_command(arguments: bytes) -> str:
    """The command with its arguments, as a person may read it.

    Args:
        arguments: as /proc/PID/cmdline has them: each ends with NUL, or all was cut.
    """
    words = arguments.split(b"\0")
    if arguments.endswith(b"\0"):
        words.pop()
    text = " ".join(map(shown, words))
    if len(arguments) >= _KEPT_BYTES:
        text = _without_last_word(text)
    return _fitted(without_secrets(text))


def without_secrets(text: str) -> str:
    for rule in _RULES:
        text = rule.sub(rf"\g<1>{CUT}", text)
    for shape in shapes.SHOWN:
        text = _cut(text, [found.span("secret") for found in shape.finditer(text)])
    return _cut(text, shapes.random_runs(text))


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    for begin, end in reversed(spans):
        text = text[:begin] + CUT + text[end:]
    return text


def _without_last_word(text: str) -> str:
    """It may be half a secret that no rule knows any more."""
    kept = text.rpartition(" ")[0]
    return f"{kept} …" if kept else "…"


def _fitted(text: str) -> str:
    raw = text.encode()
    if len(raw) <= LONGEST_BYTES:
        return text
    return raw[: LONGEST_BYTES - 3].decode(errors="ignore") + "…"
