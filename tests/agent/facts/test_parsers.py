"""Any text gives a value or the documented error, never another exception."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import UnreadableFactError
from agent.facts import (
    accounts,
    antivirus,
    audit_rule,
    audit_rules,
    auditd,
    cron_jobs,
    directory,
    fstab,
    identities,
    installed,
    iptables,
    journald,
    last_logins,
    listening,
    log_retention,
    log_sending,
    login_defs,
    logrotate,
    memory,
    modules,
    mounts,
    nfs,
    nft,
    packages,
    pam,
    pam_paths,
    pam_settings,
    processes,
    releases,
    rsyslog,
    samba,
    sessions,
    sshd,
    sshd_files,
    storage,
    sudo,
    sysctl,
    systemd_conf,
    timekeeping,
    units,
    updates,
    walk,
)

AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def logrotated(text: str) -> float | None:
    words: dict[str, str] = {}
    for _, lines in logrotate.parse(text):
        for line in lines:
            logrotate.apply(words, line)
    return logrotate.Block(("/var/log/a",), words).days


PARSERS: tuple[Callable[[str], object], ...] = (
    accounts.parse_passwd,
    accounts.parse_group,
    accounts.parse_shadow,
    accounts.scheme,
    antivirus.parse,
    auditd.parse_status,
    auditd.parse_rules,
    auditd.parse_configuration,
    directory.parse,
    nft.parse,
    lambda text: iptables.parse(text, "ip"),
    journald.seconds_of,
    lambda text: journald.plain("SyncIntervalSec", text),
    lambda text: journald.plain("MaxLevelStore", text),
    log_retention.parse_boots,
    lambda text: log_retention.first_moment(text, AT),
    lambda text: log_sending.senders(rsyslog.parse(text)),
    login_defs.octal,
    login_defs.words_of,
    lambda text: list(logrotate.parse(text)),
    logrotated,
    lambda text: audit_rule.parse(text.splitlines()),
    lambda text: audit_rules.enabled_by(tuple(text.split("\n"))),
    lambda text: pam_paths.demanded(pam.parse(text), lambda line: line.module == "pam_unix.so"),
    lambda text: list(systemd_conf.parse(text, "Journal")),
    lambda text: cron_jobs.parse("/etc/crontab", text),
    lambda text: cron_jobs.parse("/var/spool/cron/crontabs/root", text),
    fstab.parse,
    identities.parse,
    installed.parse,
    modules.names_in,
    modules.parse,
    sysctl.parse,
    units.columns,
    last_logins.parse,
    listening.parse,
    memory.parse,
    mounts.parse,
    nfs.parse,
    packages.parse,
    packages.parse_release,
    lambda text: releases.ends("debian", "99", text),
    pam.parse,
    pam_settings.values_of,
    processes.parse,
    samba.parse,
    sessions.timeout_of,
    sessions.logs_in,
    sshd.parse,
    lambda text: list(sshd_files.parse(text)),
    sshd_files.seconds_of,
    storage.parse_blocks,
    storage.parse_usage,
    sudo.parse,
    sudo.parse_defaults,
    timekeeping.parse_chrony,
    timekeeping.parse_ntpq,
    timekeeping.parse_timedatectl,
    updates.parse,
    updates.parse_log,
    walk.parse,
    walk.owned,
)

# Words and marks that the formats are made of, so that chance reaches the inner branches.
PIECES = st.sampled_from(
    [
        "root:x:0:0::/:/bin/sh", "::", ":", "=", " ", "\t", "\n", "\\\n", "#", "{", "}", "[", "]",
        "table inet filter {", "chain input {", "type filter hook input priority 0; policy drop;",
        "*filter\n", ":INPUT DROP [0:0]\n", "-A INPUT -j DROP\n", "COMMIT", "tcp", "LISTEN",
        "127.0.0.1:22", "rotate 4", "weekly", "/var/log/syslog {", "MaxRetentionSec=9month",
        "@include x", "auth", "[success=1 default=ignore]", "pam_unix.so", "Inst a (1 security)",
        "1 upgraded, 0 newly installed", "version,eol\n12,", "2026-99-99", "S/a\0", "Xx\0",
        "enabled 1\npid 9\n", '{"blockdevices":[{"name":"a","type":"disk","mountpoint":"/"}]}',
        " - ext4 /dev/sda rw", "27 1 8:1 / / rw", "Username", "TMOUT=300", "[global]\n", "\u00b2",
        "\uff19", "2026-11-21 06:00:00 upgrade a", "99% /",
        "MemTotal: 5\nMemAvailable: ", "1 systemd\n",
        "-a always,exit", " -F arch=b64", " -S open", "-w /etc -p wa", "-e ", "-C uid!=euid",
        "*.* @@x",
        'action(type="omfwd" target="a")', "$FileCreateMode 0640\n", "include /x\n", "[Journal]\n",
        "Storage=auto", "/var/log/a {\n", "}", "postrotate\n", "endscript\n", "1h 5min",
        "[default=9]",
        "Feb 30 00:00:00", "2026-02-30T00:00:00Z", "0x", "08", "size=1M\n",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=20).map("".join))


def reason_for(parser: Callable[[str], object], text: str) -> str:
    try:
        parser(text)
    except UnreadableFactError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("place", range(len(PARSERS)))
@given(text=TEXTS)
def test_any_text_gives_a_value_or_the_documented_error(place: int, text: str) -> None:
    reason = reason_for(PARSERS[place], text)
    assert reason in {"", "empty", "unparsable", "denied", "no_rule"}
