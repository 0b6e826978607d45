"""Checks of the SSH server: who may log in, how, from where, and how strongly it is protected."""

from agent.checks.limits import (
    ADMIN_IDLE_LIMIT_S,
    FAILED_LOGIN_LIMIT,
    WEAK_CIPHERS,
    WEAK_KEY_EXCHANGES,
    WEAK_MACS,
)
from agent.checks.match_blocks import for_everyone
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import sshd
from wire.text import N_

_RELOAD = "sshd -t && systemctl reload ssh"
# The two sides of "something that one has, something that one knows".
POSSESSIONS = {"publickey", "hostbased", "gssapi-with-mic"}
KNOWLEDGE = {"password", "keyboard-interactive"}


def root_login_denied(facts: sshd.SshdFacts) -> Outcome:
    """Only `no` passes: `prohibit-password` still lets a stolen key in as root."""
    value = facts.first("permitrootlogin")
    return judged(value == "no", f"PermitRootLogin {value}")


def empty_passwords_denied(facts: sshd.SshdFacts) -> Outcome:
    value = facts.first("permitemptypasswords")
    return judged(value == "no", f"PermitEmptyPasswords {value}")


def password_alone_is_not_enough(facts: sshd.SshdFacts) -> Outcome:
    """Passes without passwords, or when every accepted way needs a key as well."""
    passwords = facts.first("passwordauthentication")
    prompts = facts.first("kbdinteractiveauthentication")
    ways = facts.first("authenticationmethods").split()
    key_always = bool(ways) and all("publickey" in _steps(way) for way in ways)
    observed = (
        f"PasswordAuthentication {passwords}, KbdInteractiveAuthentication {prompts}, "
        f"AuthenticationMethods {' '.join(ways)}"
    )
    return judged(key_always or (passwords == "no" and prompts == "no"), observed)


def two_factors_needed(facts: sshd.SshdFacts) -> Outcome:
    """Every accepted way must ask for something one has and for something one knows.

    The password by prompt is the same password: `password,keyboard-interactive` is one factor.
    """
    ways = facts.first("authenticationmethods").split()
    steps = [_steps(way) for way in ways]
    enough = bool(steps) and all(kinds & POSSESSIONS and kinds & KNOWLEDGE for kinds in steps)
    return judged(enough, f"AuthenticationMethods {' '.join(ways)}")


def dead_sessions_end(facts: sshd.SshdFacts) -> Outcome:
    """A client that no longer answers is cut off; idle shells are `session.idle_shell_ends`."""
    interval, count = facts.first("clientaliveinterval"), facts.first("clientalivecountmax")
    observed = f"ClientAliveInterval {interval}, ClientAliveCountMax {count}"
    if not (interval.isdigit() and count.isdigit()):
        return judged(False, observed)  # noqa: FBT003 - what it says
    return judged(0 < int(interval) * int(count) <= ADMIN_IDLE_LIMIT_S, observed)


def tries_limited(facts: sshd.SshdFacts) -> Outcome:
    value = facts.first("maxauthtries")
    return judged(
        value.isdigit() and 1 <= int(value) <= FAILED_LOGIN_LIMIT, f"MaxAuthTries {value}"
    )


def connections_limited(facts: sshd.SshdFacts) -> Outcome:
    value = facts.first("persourcemaxstartups")
    return judged(value.isdigit() and int(value) > 0, f"PerSourceMaxStartups {value}")


def ciphers_strong(facts: sshd.SshdFacts) -> Outcome:
    return _no_weak(facts, "ciphers", WEAK_CIPHERS)


def macs_strong(facts: sshd.SshdFacts) -> Outcome:
    return _no_weak(facts, "macs", WEAK_MACS)


def key_exchange_strong(facts: sshd.SshdFacts) -> Outcome:
    return _no_weak(facts, "kexalgorithms", WEAK_KEY_EXCHANGES)


def forwarding_off(facts: sshd.SshdFacts) -> Outcome:
    value = facts.first("x11forwarding")
    return judged(value == "no", f"X11Forwarding {value}")


def logins_logged(facts: sshd.SshdFacts) -> Outcome:
    value = facts.first("loglevel").upper()
    return judged(value in {"INFO", "VERBOSE", "DEBUG", "DEBUG1"}, f"LogLevel {value}")


def _steps(way: str) -> set[str]:
    """`keyboard-interactive:pam` is the step before its colon."""
    return {step.partition(":")[0] for step in way.split(",")}


def _no_weak(facts: sshd.SshdFacts, keyword: str, weak: tuple[str, ...]) -> Outcome:
    """An empty list is no strong list: the server would not have printed it."""
    offered = facts.listed(keyword)
    if keyword not in facts.settings:
        return judged(False, f"{keyword} (not printed)")  # noqa: FBT003 - what it says
    return none_of([name for name in offered if any(part in name for part in weak)])


CHECKS = (
    Check(
        id="sshd.root_login_denied",
        title=N_("Nobody logs in as root over SSH"),
        why=N_("A login as root hides who did it, and every robot on the Internet tries it."),
        expected="PermitRootLogin no",
        remedy="echo 'PermitRootLogin no' > /etc/ssh/sshd_config.d/10-root.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(root_login_denied),
        source="sshd_config(5), PermitRootLogin",
    ),
    Check(
        id="sshd.empty_passwords_denied",
        title=N_("SSH refuses accounts without a password"),
        why=N_("One account without a password would open the server to anybody."),
        expected="PermitEmptyPasswords no",
        remedy="echo 'PermitEmptyPasswords no' > /etc/ssh/sshd_config.d/10-empty.conf && "
        + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(empty_passwords_denied),
        source="sshd_config(5), PermitEmptyPasswords",
    ),
    Check(
        id="sshd.password_alone_is_not_enough",
        title=N_("A password alone does not open SSH"),
        why=N_("Passwords are guessed and phished; a key is not."),
        expected="PasswordAuthentication no, KbdInteractiveAuthentication no",
        remedy="printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication no\\n' > "
        "/etc/ssh/sshd_config.d/10-keys.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(password_alone_is_not_enough),
        source="sshd_config(5), AuthenticationMethods",
    ),
    Check(
        id="sshd.two_factors_needed",
        title=N_("SSH asks for two factors"),
        why=N_("A stolen password or a stolen key alone must not be enough for an administrator."),
        expected="AuthenticationMethods publickey,keyboard-interactive:pam",
        remedy="apt install libpam-google-authenticator && echo 'AuthenticationMethods "
        "publickey,keyboard-interactive:pam' > /etc/ssh/sshd_config.d/10-factors.conf && "
        + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(two_factors_needed),
        source="sshd_config(5), AuthenticationMethods",
    ),
    Check(
        id="sshd.dead_sessions_end",
        title=N_("SSH ends connections that no longer answer"),
        why=N_("A forgotten session on an unlocked desk is an open door."),
        expected=f"0 < ClientAliveInterval * ClientAliveCountMax ≤ {ADMIN_IDLE_LIMIT_S} s",
        remedy="printf 'ClientAliveInterval 100\\nClientAliveCountMax 3\\n' > "
        "/etc/ssh/sshd_config.d/10-idle.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(dead_sessions_end),
        source="sshd_config(5), ClientAliveInterval",
    ),
    Check(
        id="sshd.tries_limited",
        title=N_("SSH cuts off guessing early"),
        why=N_("Each connection should allow only a few wrong passwords."),
        expected=f"1 ≤ MaxAuthTries ≤ {FAILED_LOGIN_LIMIT}",
        remedy=f"echo 'MaxAuthTries {FAILED_LOGIN_LIMIT}' > /etc/ssh/sshd_config.d/10-tries.conf"
        " && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(tries_limited),
        source="sshd_config(5), MaxAuthTries",
    ),
    Check(
        id="sshd.connections_limited",
        title=N_("SSH limits waiting connections per address"),
        why=N_("Without a limit one machine can use up all places and lock administrators out."),
        expected="PerSourceMaxStartups ≥ 1",
        remedy="echo 'PerSourceMaxStartups 5' > /etc/ssh/sshd_config.d/10-sources.conf && "
        + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(connections_limited),
        source="sshd_config(5), PerSourceMaxStartups",
    ),
    Check(
        id="sshd.ciphers_strong",
        title=N_("SSH offers no weak cipher"),
        why=N_("Old ciphers let a listener on the line read or change what passes."),
        expected="none of " + ", ".join(WEAK_CIPHERS),
        remedy="echo 'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"
        "aes128-gcm@openssh.com,aes256-ctr' > /etc/ssh/sshd_config.d/10-ciphers.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(ciphers_strong),
        source="sshd_config(5), Ciphers; NIST SP 800-131A Rev. 2",
    ),
    Check(
        id="sshd.macs_strong",
        title=N_("SSH offers no weak integrity code"),
        why=N_("With a weak code a change on the line goes unnoticed."),
        expected="none of " + ", ".join(WEAK_MACS),
        remedy="echo 'MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com' > "
        "/etc/ssh/sshd_config.d/10-macs.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(macs_strong),
        source="sshd_config(5), MACs",
    ),
    Check(
        id="sshd.key_exchange_strong",
        title=N_("SSH offers no weak key exchange"),
        why=N_("What is recorded today could be read later."),
        expected="none of " + ", ".join(WEAK_KEY_EXCHANGES),
        remedy="echo 'KexAlgorithms curve25519-sha256,sntrup761x25519-sha512@openssh.com' > "
        "/etc/ssh/sshd_config.d/10-kex.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(key_exchange_strong),
        source="sshd_config(5), KexAlgorithms; RFC 9142",
    ),
    Check(
        id="sshd.forwarding_off",
        title=N_("SSH forwards no graphical sessions"),
        why=N_("A server needs no graphical windows, and each unused service is one more way in."),
        expected="X11Forwarding no",
        remedy="echo 'X11Forwarding no' > /etc/ssh/sshd_config.d/10-x11.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(forwarding_off),
        source="sshd_config(5), X11Forwarding",
    ),
    Check(
        id="sshd.logins_logged",
        title=N_("SSH writes down every login"),
        why=N_("After an incident this record is what tells who came in, from where and when."),
        expected="LogLevel INFO or VERBOSE",
        remedy="echo 'LogLevel VERBOSE' > /etc/ssh/sshd_config.d/10-log.conf && " + _RELOAD,
        needs=sshd.collect,
        judge=for_everyone(logins_logged),
        source="sshd_config(5), LogLevel",
    ),
)
