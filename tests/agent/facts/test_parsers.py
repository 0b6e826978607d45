"""Any text gives a value or the documented error, never another exception."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import UnreadableFactError
from agent.facts import (
    accounts,
    antivirus,
    auditd,
    directory,
    iptables,
    journal,
    kernel,
    last_logins,
    listening,
    memory,
    mounts,
    nfs,
    nft,
    packages,
    pam,
    pam_settings,
    password_policy,
    processes,
    removable,
    samba,
    sessions,
    sshd,
    sshd_files,
    storage,
    sudo,
    timekeeping,
    updates,
    walk,
)

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
    journal.forwards,
    journal.journal_days_of,
    journal.parse_boots,
    journal.storage_of,
    lambda text: journal.rotation((text, text)),
    kernel.parse,
    last_logins.parse,
    listening.parse,
    memory.parse,
    mounts.parse,
    nfs.parse,
    packages.parse,
    packages.parse_release,
    lambda text: packages.parse_ends(text, "12"),
    pam.parse,
    password_policy.words_of,
    pam_settings.values_of,
    processes.parse,
    removable.blocks_storage,
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
