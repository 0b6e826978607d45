"""Words and colours for the codes that only pages show."""

from enum import StrEnum

from compliance.durations import duration
from compliance.reasons import SENTENCES, Reason
from texts.catalogue import tr
from texts.moments import show_duration
from wire.text import N_
from wire.verdicts import (
    BackupVerdict,
    CheckVerdict,
    ControlState,
    DrillVerdict,
    HeldBy,
    Separation,
)

ROLES = {
    "admin": N_("province administrator"),
    "analyst": N_("SOC analyst"),
    "facility": N_("facility's person"),
    "inspector": N_("inspector, reads only"),
}

SITES = {
    "local": N_("folder or mounted disk"),
    "append_only_ssh": N_("SSH, append only"),
    "sftp": N_("SFTP"),
    "rest": N_("rest-server over HTTPS"),
    "s3": N_("S3 object storage"),
    HeldBy.OWNED.value: N_("the facility's own"),
    HeldBy.HOSTED.value: N_("at another organisation"),
}

KINDS = {
    "act": N_("act"),
    "assignment": N_("decision on levels"),
    "order": N_("order to an agent"),
    "policy_pack": N_("the province's own policies"),
    "incarnation": N_("beginning of a chain"),
    "rotation": N_("change of key"),
    "tombstone": N_("in place of a statement"),
    "gap": N_("gap"),
    "inventory": N_("what the host is"),
    "findings": N_("findings"),
    "baseline": N_("integrity baseline"),
    "integrity": N_("integrity scan"),
    "file_events": N_("changes of watched files"),
    "suspicion": N_("suspicion of an attack on files"),
    "acceptance": N_("one person's wish to approve changed files"),
    "backup": N_("state of a backup"),
    "manifest": N_("root of a manifest"),
    "verification": N_("what was read at a site"),
    "sites": N_("look at the sites"),
    "site_state": N_("state of a site"),
    "retention": N_("old points removed or held"),
    "drill": N_("drill"),
    "playbook": N_("step of a playbook"),
    "configuration": N_("digest of the configuration"),
}

GROUPS = {
    "risk": N_("Risk management"),
    "hardware-assets": N_("Hardware assets"),
    "software-assets": N_("Software assets"),
    "information-assets": N_("Information assets"),
    "secure-configuration": N_("Secure configuration"),
    "accounts-access": N_("Accounts and access"),
    "vulnerabilities": N_("Vulnerabilities"),
    "logging": N_("Security logs"),
    "browser-email": N_("Browsers and e-mail"),
    "malware": N_("Malware"),
    "backup-recovery": N_("Backup and recovery"),
    "network": N_("Network"),
    "monitoring-defence": N_("Monitoring and defence"),
    "personnel": N_("Personnel"),
    "suppliers": N_("Suppliers"),
    "incident-response": N_("Incident response"),
    "secure-development": N_("Secure development"),
    "penetration-testing": N_("Penetration testing"),
}

DECIDERS = {
    "checks": N_("checks on the servers"),
    "backup": N_("backup evidence"),
    "fleet": N_("what the controller knows of the servers"),
}

_COLOURS: dict[StrEnum, str] = {
    CheckVerdict.PASS: "good",
    CheckVerdict.FAIL: "bad",
    CheckVerdict.UNKNOWN: "unknown",
    CheckVerdict.NOT_APPLICABLE: "quiet",
    ControlState.MET: "good",
    ControlState.PARTLY: "warn",
    ControlState.NOT_MET: "bad",
    ControlState.UNKNOWN: "unknown",
    ControlState.NOT_APPLICABLE: "quiet",
    BackupVerdict.GREEN: "good",
    BackupVerdict.DEGRADED: "warn",
    BackupVerdict.RED: "bad",
    BackupVerdict.UNKNOWN: "unknown",
    Separation.SEPARATE: "good",
    Separation.SUSPECT: "warn",
    Separation.NOT_SEPARATE: "bad",
    Separation.INCONCLUSIVE: "unknown",
    DrillVerdict.PASSED: "good",
    DrillVerdict.FAILED: "bad",
    DrillVerdict.INCONCLUSIVE: "unknown",
}


def colour(code: StrEnum) -> str:
    return _COLOURS[code]


def role_word(role: str) -> str:
    return tr(ROLES[role]) if role in ROLES else role


def kind_word(kind: str) -> str:
    """What an entry of the log is; a kind that is newer than this page by its code."""
    return tr(KINDS[kind]) if kind in KINDS else kind


def site_word(code: str) -> str:
    """A site's kind, or who holds it."""
    return tr(SITES[code]) if code in SITES else code


def group_word(group: str) -> str:
    return tr(GROUPS[group]) if group in GROUPS else group


def decider_word(mode: str) -> str:
    return tr(DECIDERS[mode])


def interval(cadence: str) -> str:
    """An ISO 8601 duration as people read it."""
    return show_duration(duration(cadence).total_seconds())


def reason_sentence(reason: Reason) -> str:
    return tr(SENTENCES[reason])
