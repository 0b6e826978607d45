"""One setting of the audit daemon: what its file says, else what it does by itself."""

import msgspec

from agent.checks.families.demand import Demand
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import auditd


class AuditdSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    be: Demand


def build(params: AuditdSetting) -> Parts[auditd.AuditSettings]:
    line = f"{params.name} = {params.be.example}"
    file = auditd.CONFIGURATION
    return Parts(
        expected=params.be.said(params.name),
        remedy=f"apt install auditd && sed -i '/^ *{params.name} *=/Id' {file} && "
        f"echo '{line}' >> {file} && service auditd restart",
        needs=auditd.collect_settings,
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: auditd.AuditSettings, params: AuditdSetting) -> Outcome:
    """Without the daemon there are no records, so nothing of this is as promised."""
    if not facts.installed:
        return judged(False, "no auditd")  # noqa: FBT003 - what it says
    value = facts.values.get(params.name)
    words = (value or "").split()  # an action may name its program behind it
    good = params.be.met_by(words[0]) if words else False
    return judged(good, f"{params.name} = {value or 'none'}")


def _reads(_params: AuditdSetting) -> tuple[str, ...]:
    return (auditd.CONFIGURATION, *auditd.PROGRAMS)


FAMILY = Family(
    name="auditd_setting", params=AuditdSetting, build=build, reads=_reads, in_packs=False
)
