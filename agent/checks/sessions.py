"""Checks of sessions that nobody watches, and of a service that names machines."""

from agent.checks.limits import ADMIN_IDLE_LIMIT_S
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import dhcp, sessions
from wire.privacy import Privacy
from wire.text import N_


def idle_shell_ends(facts: sessions.IdleFacts) -> Outcome:
    seconds = facts.timeout_s
    good = seconds is not None and 0 < seconds <= ADMIN_IDLE_LIMIT_S
    return judged(good, f"TMOUT {'none' if seconds is None else seconds}")


def nobody_logged_in_unasked(paths: tuple[str, ...]) -> Outcome:
    return none_of(paths)


def addresses_written_down(facts: dhcp.DhcpFacts) -> Outcome:
    return none_of(facts.silenced)


CHECKS = (
    Check(
        id="session.idle_shell_ends",
        title=N_("An idle shell ends by itself"),
        why=N_("A forgotten session on an unlocked desk is an open door."),
        expected=f"1 ≤ TMOUT ≤ {ADMIN_IDLE_LIMIT_S}",
        remedy=f"echo 'readonly TMOUT={ADMIN_IDLE_LIMIT_S}; export TMOUT' > /etc/profile.d/idle.sh",
        needs=sessions.collect_idle,
        judge=idle_shell_ends,
        source="bash(1), TMOUT; TCVN 14423:2026, 5.5.2.2 a)",
    ),
    Check(
        id="session.nobody_logged_in_unasked",
        title=N_("Nobody is logged in without being asked"),
        why=N_("Whoever stands before the machine would have the account."),
        expected="none with autologin",
        remedy="grep -rniE 'autologin|AutomaticLogin' /etc/gdm3 /etc/lightdm /etc/sddm.conf "
        "/etc/systemd/system",
        needs=sessions.collect_autologin,
        judge=nobody_logged_in_unasked,
        source="TCVN 14423:2026, 5.5.2.1 b); agetty(8), --autologin",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="dhcp.addresses_written_down",
        title=N_("The DHCP server writes down who got which address"),
        why=N_("Without it nobody can say which machine an address in the logs was."),
        expected="none with quiet-dhcp",
        remedy="sed -i '/^quiet-dhcp/d' /etc/dnsmasq.conf && systemctl restart dnsmasq",
        needs=dhcp.collect,
        judge=addresses_written_down,
        source="TCVN 14423:2026, 5.2.2.4 a); dnsmasq(8), dhcpd.conf(5)",
    ),
)
