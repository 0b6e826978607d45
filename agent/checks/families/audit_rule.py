"""Something that the kernel's audit records, now and after the next start.

The rules of the running kernel and those in the files are both asked; it is no matter how they
are spelt, split or ordered, or what key they have.
"""

from collections.abc import Iterator

import msgspec

from agent.checks.audit_promise import BOTH, Deed, unrecorded
from agent.checks.family import Family, Parts
from agent.checks.model import NAMES_SHOWN, Outcome, judged, undecided
from agent.facts import audit_rules
from agent.facts.audit_rule import comparison_of
from agent.facts.audit_rules import AuditRuleFacts, Loaded
from wire.verdicts import CheckVerdict

LOCKED = 2
RULES_FILE = "/etc/audit/rules.d/50-lachan.rules"


class AuditRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paths with their permissions, or calls, or that the rules themselves are locked.

    A folder's path ends with a slash; all that lies below is meant.

    `given`: conditions that a rule may make, as `auid>=1000` or `-C euid!=uid`; one that makes
    fewer of them records more, and passes. `cases`: conditions each of which must be recorded,
    by a rule of its own or by one without it, as `exit=-EACCES` and `exit=-EPERM`.
    `programs`: the paths are programs; those that are not installed need no rule.
    """

    paths: tuple[str, ...] = ()
    permissions: str = "wa"
    calls: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    programs: bool = False
    locked: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.paths, self.calls, self.locked))) != 1:
            raise ValueError("just one of paths, calls, locked")


def build(params: AuditRule) -> Parts[AuditRuleFacts]:
    return Parts(
        expected=_expected(params),
        remedy=_remedy(params),
        needs=audit_rules.collect,
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: AuditRuleFacts, params: AuditRule) -> Outcome:
    if not facts.installed:
        return judged(False, "no auditd")  # noqa: FBT003 - what it says
    if params.locked:
        return _locked(facts)
    paths = _present(params.paths, facts) if params.programs else params.paths
    if params.paths and not paths:
        observed = ", ".join(f"no {path}" for path in params.paths)
        return Outcome(CheckVerdict.NOT_APPLICABLE, observed, reason="not_installed")
    deeds = list(_deeds(params, paths))
    saved, doubt = unrecorded(deeds, facts.saved)
    if saved or not facts.saved_enabled:
        return judged(False, f"not in the files: {_few(saved) or 'enabled 0'}")  # noqa: FBT003
    return _judge_loaded(facts.loaded, deeds, doubt)


def _judge_loaded(loaded: Loaded, deeds: list[Deed], doubt: list[str]) -> Outcome:
    """The files are good; the kernel must do as they say."""
    if loaded.unreadable:
        return undecided(loaded.unreadable, "in the files; loaded rules not readable")
    missing, more_doubt = unrecorded(deeds, loaded.rules)
    if missing or not loaded.enabled:
        return judged(False, f"not loaded: {_few(missing) or 'enabled 0'}")  # noqa: FBT003
    if doubt or more_doubt:
        return undecided("exceptions", f"never before always: {_few(doubt or more_doubt)}")
    return judged(True, f"recorded: {_few([str(deed) for deed in deeds])}")  # noqa: FBT003


def _locked(facts: AuditRuleFacts) -> Outcome:
    observed = f"enabled {facts.loaded.enabled}, -e {facts.saved_enabled} in the files"
    if facts.saved_enabled == LOCKED and facts.loaded.unreadable:
        return undecided(facts.loaded.unreadable, f"-e {facts.saved_enabled} in the files")
    return judged(facts.saved_enabled == facts.loaded.enabled == LOCKED, observed)


def _present(paths: tuple[str, ...], facts: AuditRuleFacts) -> tuple[str, ...]:
    return tuple(path for path in paths if path in facts.programs)


def _deeds(params: AuditRule, paths: tuple[str, ...]) -> Iterator[Deed]:
    given = frozenset(
        comparison_of(one.removeprefix("-C ")) if one.startswith("-C ") else one
        for one in params.given
    )
    for architecture in BOTH:
        for path in paths:
            for permission in params.permissions:
                yield Deed(architecture, path=path.rstrip("/"), permission=permission, given=given)
        for call in params.calls:
            for case in params.cases or ("",):
                yield Deed(architecture, call, case, given=given)


def _few(names: list[str]) -> str:
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:NAMES_SHOWN]) + (", …" if len(unique) > NAMES_SHOWN else "")


def _expected(params: AuditRule) -> str:
    if params.locked:
        return "-e 2"
    if params.paths:
        return f"-p {params.permissions}: {', '.join(params.paths)}"
    cases = f" ({', '.join(params.cases)})" if params.cases else ""
    return f"{' and '.join(BOTH)}: {', '.join(params.calls)}{cases}"


def _remedy(params: AuditRule) -> str:
    lines = ["-e 2"] if params.locked else list(_lines(params))
    file = RULES_FILE.replace("50", "99") if params.locked else RULES_FILE
    written = "\\n".join(lines)
    return f"apt install auditd && printf -- '{written}\\n' >> {file} && augenrules --load"


def _lines(params: AuditRule) -> Iterator[str]:
    given = "".join(f" {one}" if one.startswith("-C") else f" -F {one}" for one in params.given)
    for path in params.paths:
        if given:
            place = f"-F {'dir' if path.endswith('/') else 'path'}={path}"
            place += f" -F perm={params.permissions}"
            yield f"-a always,exit {place}{given} -k lachan"
        else:
            yield f"-w {path} -p {params.permissions} -k lachan"
    for architecture in BOTH if params.calls else ():
        calls = ",".join(params.calls)
        for case in params.cases or ("",):
            own = f" -F {case}" if case else ""
            yield f"-a always,exit -F arch={architecture} -S {calls}{own}{given} -k lachan"


def _reads(_params: AuditRule) -> tuple[str, ...]:
    return ()


FAMILY = Family(name="audit_rule", params=AuditRule, build=build, reads=_reads, in_packs=False)
