"""How the host's text logs are rotated: all of them, daily, packed, and not open to everybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, at_most, judged, none_of
from agent.facts import logrotate
from agent.facts.absent import SubjectAbsentError
from agent.facts.login_defs import octal
from agent.host import Host, list_if_present
from wire.privacy import Privacy
from wire.verdicts import CheckVerdict

FOLDER = "/var/log"
PLAIN = {"syslog", "messages", "secure", "wtmp", "btmp", "debug"}
DROP_IN = "/etc/logrotate.d/lachan"
GROWN_BYTES = 1_000_000  # some programs write a few lines once and never again


class LogrotateRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`covered`: every log of some size is rotated. `scheduled`: something starts logrotate.

    `mode`: these logs are made anew with at most this mode. `packed`: they are compressed.
    """

    need: Literal["covered", "scheduled", "mode", "packed"]
    logs: tuple[str, ...] = ()
    mode: str = ""

    def __post_init__(self) -> None:
        if (self.need in {"mode", "packed"}) != bool(self.logs):
            raise ValueError("logs go with mode and packed")
        if (self.need == "mode") != (octal(self.mode) is not None and bool(self.mode)):
            raise ValueError("mode needs an octal number, as 0640")


@dataclass(frozen=True, slots=True)
class RotationFacts:
    rotation: logrotate.LogrotateFacts
    there: dict[str, int]  # the logs of the folder, by their whole paths, with their bytes


def collect(host: Host) -> RotationFacts:
    names = [name for name in list_if_present(host, FOLDER) if is_log(name)]
    if not names:
        raise SubjectAbsentError("not_used", f"no logs in {FOLDER}")
    sizes = {path: host.lstat(path).size_bytes for path in (f"{FOLDER}/{name}" for name in names)}
    return RotationFacts(logrotate.collect(host), sizes)


def is_log(name: str) -> bool:
    """Older parts of a log, and the records of logins that grow no more, are none."""
    return name.endswith(".log") or name in PLAIN


def build(params: LogrotateRule) -> Parts[RotationFacts]:
    return Parts(
        expected=_expected(params),
        remedy=f"apt install logrotate && editor {DROP_IN} && logrotate --debug {logrotate.FILE}",
        needs=collect,
        judge=lambda facts: judge(facts, params),
        observed_is=Privacy.LOCAL,  # names of logs
    )


def judge(facts: RotationFacts, params: LogrotateRule) -> Outcome:
    rotation = facts.rotation
    if not rotation.installed:
        return judged(False, "no logrotate")  # noqa: FBT003 - what it says
    if params.need == "scheduled":
        return judged(bool(rotation.scheduled_by), ", ".join(rotation.scheduled_by) or "none")
    if params.need == "covered":
        grown = [log for log, size in facts.there.items() if size > GROWN_BYTES]
        return none_of([log for log in grown if rotation.block_of(log) is None])
    logs = [log for log in params.logs if log in facts.there]
    if not logs:
        absent = ", ".join(f"no {log}" for log in params.logs)
        return Outcome(CheckVerdict.NOT_APPLICABLE, absent, reason="not_used")
    return none_of(list(_bad(rotation, logs, params)))


def _bad(
    rotation: logrotate.LogrotateFacts, logs: list[str], params: LogrotateRule
) -> Iterator[str]:
    """A log that nothing rotates is neither made anew nor packed."""
    for log in logs:
        block = rotation.block_of(log)
        if block is None or (params.need == "packed" and "compress" not in block.words):
            yield log
        elif params.need == "mode":
            given = block.words.get("create", "").split()
            mode = octal(given[0]) if given else 0  # without a word: as the old one was
            if mode is None or not at_most(mode, octal(params.mode) or 0):
                yield f"{log} {' '.join(given)}"


def _expected(params: LogrotateRule) -> str:
    return {
        "covered": f"none in {FOLDER} above 1 MB without rotation",
        "scheduled": "cron.daily or logrotate.timer",
        "mode": f"none of {', '.join(params.logs)} above {params.mode}",
        "packed": f"none of {', '.join(params.logs)} without compress",
    }[params.need]


def _reads(_params: LogrotateRule) -> tuple[str, ...]:
    return ()


FAMILY = Family(name="logrotate", params=LogrotateRule, build=build, reads=_reads, in_packs=False)
