"""The kernel's audit: whether it is on, what it records, what it does when its disk fills."""

from dataclasses import dataclass, field

from agent.errors import UnreadableFactError
from agent.host import Host, present

PROGRAMS = ("/usr/sbin/auditctl", "/sbin/auditctl")
DIGITS = 12
CONFIGURATION = "/etc/audit/auditd.conf"
STATUS, RULES = ("auditctl", "-s"), ("auditctl", "-l")


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """`installed` false: no program of it is there, so nothing is recorded."""

    installed: bool
    enabled: int = 0  # 0 off, 1 on, 2 on and locked until restart
    daemon: int = 0  # process number, 0 when none listens
    rules: tuple[str, ...] = ()


# What auditd does where its file says nothing. Source: auditd-config.c, clear_config.
DEFAULTS = {
    "write_logs": "yes", "local_events": "yes", "log_format": "raw", "flush": "none",
    "num_logs": "0", "max_log_file": "0", "max_log_file_action": "ignore", "space_left": "0",
    "space_left_action": "ignore", "admin_space_left": "0", "admin_space_left_action": "ignore",
    "disk_full_action": "ignore", "disk_error_action": "syslog", "action_mail_acct": "root",
    "overflow_action": "syslog", "name_format": "none",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """What auditd.conf(5) sets, in small letters, and what holds without it."""

    installed: bool
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditStorageFacts:
    installed: bool
    space_left_action: str = ""
    space_left: int = 0  # megabytes or percent; 0: nobody looks


def collect(host: Host) -> AuditFacts:
    if not any(present(host, path) for path in PROGRAMS):
        return AuditFacts(installed=False)
    enabled, daemon = parse_status(host.run(STATUS, timeout_s=10))
    return AuditFacts(True, enabled, daemon, parse_rules(host.run(RULES, timeout_s=10)))  # noqa: FBT003 - installed


def collect_settings(host: Host) -> AuditSettings:
    if not any(present(host, path) for path in PROGRAMS):
        return AuditSettings(installed=False)
    written = parse_configuration(host.read(CONFIGURATION))
    return AuditSettings(True, DEFAULTS | {k: v.lower() for k, v in written.items()})  # noqa: FBT003


def collect_storage(host: Host) -> AuditStorageFacts:
    if not any(present(host, path) for path in PROGRAMS):
        return AuditStorageFacts(installed=False)
    settings = parse_configuration(host.read(CONFIGURATION))
    left = settings.get("space_left", "").removesuffix("%")
    return AuditStorageFacts(
        installed=True,
        space_left_action=settings.get("space_left_action", "").lower(),
        space_left=int(left) if left.isdecimal() and left.isascii() and len(left) < DIGITS else 0,
    )


def parse_status(output: str) -> tuple[int, int]:
    """`enabled` and `pid` of auditctl(8), -s."""
    pairs = (line.split() for line in output.splitlines())
    values = {words[0]: words[1] for words in pairs if len(words) > 1}
    enabled, daemon = values.get("enabled", ""), values.get("pid", "")
    if not (enabled.isdecimal() and daemon.isdecimal()):
        raise UnreadableFactError(" ".join(STATUS), "unparsable")
    return int(enabled), int(daemon)


def parse_rules(output: str) -> tuple[str, ...]:
    """The loaded rules; `No rules` is an answer, nothing at all is none."""
    lines = tuple(line.strip() for line in output.splitlines() if line.strip())
    if not lines:
        raise UnreadableFactError(" ".join(RULES), "empty")
    return () if lines == ("No rules",) else lines


def parse_configuration(text: str) -> dict[str, str]:
    """`name = value` lines; auditd.conf(5)."""
    pairs = (line.partition("#")[0].partition("=") for line in text.splitlines())
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}
