"""In which files full_audit's lines can lie: rsyslog's rules, Samba's own log. Pure.

Source: rsyslog.conf(5), smb.conf(5), log file, log level.
"""

import re
from collections.abc import Iterable, Iterator

USUAL = ("/var/log/syslog", "/var/log/messages")
USUAL_FACILITY = "user"
OWN_USUAL = "/var/log/samba/log.smbd"
_RULE = re.compile(r"^\s*([A-Za-z0-9*,.;!=]+\.[A-Za-z*!=]+\S*)\s+-?(/[^\s;]+)", re.MULTILINE)
_ACTION = re.compile(
    r"""(?:\bfile\s*=\s*["'](/[^"'%]+)["'])|(?:\b(?:smbd_audit|smbd?)["']?\s+(?:then\s+)?-?(/\S+))""",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_OWN_FILE = re.compile(r"full_audit:\d+@(\S+)")
_VARIABLE = re.compile(r"%.")


def of_rsyslog(configuration: str, facility: str) -> tuple[str, ...]:
    """Files into which it can be told to write what this facility says; the usual ones first."""
    text = _COMMENT.sub("", configuration)
    return tuple(dict.fromkeys((*USUAL, *_ruled(text, facility), *_acted(text))))


def of_samba(log_file: str, log_level: str) -> str:
    """Samba's own file, as a pattern: `*` stands for what is another for each client."""
    own = _OWN_FILE.search(log_level)
    return _VARIABLE.sub("*", own[1] if own else log_file or OWN_USUAL)


def _ruled(text: str, facility: str) -> Iterator[str]:
    for selector, path in _RULE.findall(text):
        if _takes(selector.lower().split(";"), facility):
            yield path


def _acted(text: str) -> Iterator[str]:
    for first, second in _ACTION.findall(text):
        yield first or second


def _takes(selectors: Iterable[str], facility: str) -> bool:
    """The later word holds: `*.*;local5.none`."""
    takes = False
    for selector in selectors:
        facilities, _, priority = selector.partition(".")
        if {"*", facility} & set(facilities.split(",")):
            takes = priority != "none"
    return takes
