"""What rsyslog does with records on this host: who may read its files, who may send to it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, none_of, undecided
from agent.facts import rsyslog
from agent.facts.absent import SubjectAbsentError
from agent.facts.login_defs import octal
from agent.facts.rsyslog import Statement
from agent.host import Host

DROP_IN = "/etc/rsyslog.d/00-lachan.conf"
RECEIVING = {"imtcp", "imudp", "imrelp", "imptcp", "imdtls"}
RECEIVING_WORDS = {"udpserverrun", "inputtcpserverrun", "inputptcpserverrun", "inputrelpserverrun"}
USUAL_MODES = {"filecreatemode": "0644", "dircreatemode": "0700"}
SERIOUS = {"*", "debug", "info", "notice"}


class RsyslogSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`files`, `folders`: what it makes has at most this mode. `written`: a facility's records.

    `no_reception`: it takes no records from other machines.
    """

    files: str = ""
    folders: str = ""
    written: tuple[str, ...] = ()
    no_reception: Literal[True, False] = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.files, self.folders, self.written, self.no_reception))) != 1:
            raise ValueError("just one of files, folders, written, no_reception")


def collect(host: Host) -> tuple[Statement, ...]:
    facts = rsyslog.collect(host)
    if not facts.installed:
        raise SubjectAbsentError("not_installed", f"no {rsyslog.PROGRAM}")
    return facts.statements


def build(params: RsyslogSetting) -> Parts[tuple[Statement, ...]]:
    expected, line, judge = _promise(params)
    return Parts(
        expected=expected,
        remedy=f"echo '{line}' >> {DROP_IN} && systemctl restart rsyslog",
        needs=collect,
        judge=judge,
    )


def _promise(
    params: RsyslogSetting,
) -> tuple[str, str, Callable[[Sequence[Statement]], Outcome]]:
    if params.no_reception:
        return "no imtcp, imudp, imrelp", "# editor /etc/rsyslog.conf: imtcp imudp", no_reception
    if params.written:
        names = ",".join(params.written)
        line = f"{names}.* /var/log/auth.log"
        return f"{names} written", line, lambda found: written(found, params.written)
    name, limit = (
        ("filecreatemode", params.files) if params.files else ("dircreatemode", params.folders)
    )
    word = {"filecreatemode": "FileCreateMode", "dircreatemode": "DirCreateMode"}[name]
    return (
        f"${word} {limit} or stricter",
        f"${word} {limit}",
        lambda found: modes(found, name, octal(limit) or 0),
    )


def modes(statements: Sequence[Statement], name: str, limit: int) -> Outcome:
    """The mode of each file that it writes: the action's own, else the last one said before."""
    found = dict.fromkeys(_modes(statements, name))
    if not found:
        return judged(True, "writes no files")  # noqa: FBT003 - what it says
    bad = [mode for mode in found if (bits := octal(mode)) is None or bits & ~limit]
    return judged(not bad, f"{name} {', '.join(bad or found)}")


def _modes(statements: Sequence[Statement], name: str) -> Iterator[str]:
    current = USUAL_MODES[name]
    usual = {"builtin:omfile", "omfile"}
    for statement in statements:
        given = statement.given
        module = statement.kind == "module" and given.get("load", "").lower() in usual
        if statement.kind == "$" or module:
            current = given.get(name, current)
        elif statement.kind == "action" and given.get("type", "").lower() == "omfile":
            yield given.get(name, current)
        elif statement.kind == ">" and given["target"].lstrip("-")[:1] in {"/", "?"}:
            yield current


def no_reception(statements: Sequence[Statement]) -> Outcome:
    """A module without its input listens nowhere."""
    inputs = [s.given.get("type", "").lower() for s in statements if s.kind == "input"]
    words = [word for s in statements if s.kind == "$" for word in s.given]
    return none_of(
        [kind for kind in inputs if kind in RECEIVING]
        + [word for word in words if word in RECEIVING_WORDS]
    )


def written(statements: Sequence[Statement], facilities: tuple[str, ...]) -> Outcome:
    """Actions without a selector may be inside a condition that nobody evaluates here."""
    targets = [s for s in statements if s.kind in {">", "action"}]
    missing = [f for f in facilities if not any(selects(s.selector, f) for s in targets)]
    if missing and any(s.kind == "action" and not s.selector for s in targets):
        return undecided("no_rule", f"no selector for {', '.join(missing)}")
    return judged(not missing, f"not written: {', '.join(missing)}" if missing else "written")


def selects(selector: str, facility: str) -> bool:
    """Whether records of the facility down to `info` or so are chosen; the last word holds."""
    chosen = False
    for part in selector.split(";"):
        names, _, level = part.rpartition(".")
        if facility in names.split(",") or "*" in names.split(","):
            chosen = level.lower().lstrip("=") in SERIOUS and not level.startswith(("=", "!"))
    return chosen


def _reads(_params: RsyslogSetting) -> tuple[str, ...]:
    return (rsyslog.PROGRAM, rsyslog.FILE, "/etc/rsyslog.d")


FAMILY = Family(
    name="rsyslog_setting", params=RsyslogSetting, build=build, reads=_reads, in_packs=False
)
