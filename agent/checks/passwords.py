"""Checks of what the host demands of passwords."""

from agent.checks.limits import (
    FAILED_LOGIN_LIMIT,
    LOCKOUT_AT_LEAST_S,
    LOCKOUT_AT_MOST_S,
    PASSWORD_CLASSES,
    PASSWORD_HISTORY,
    PASSWORD_LENGTH,
)
from agent.checks.model import Check, Outcome, judged
from agent.checks.pam_setup import SETUP
from agent.facts import pam_settings, password_policy
from agent.facts.accounts import NEVER_DAYS
from wire.text import N_

NONE = "none"
MODERN = ("yescrypt", "gost_yescrypt", "blowfish", "sha512", "sha256")


def length_demanded(facts: password_policy.PasswordFacts) -> Outcome:
    length = facts.minimum_length
    return judged(length is not None and length >= PASSWORD_LENGTH, f"minlen {_shown(length)}")


def classes_demanded(facts: password_policy.PasswordFacts) -> Outcome:
    classes = facts.classes
    good = classes is not None and classes >= PASSWORD_CLASSES
    return judged(good, f"minclass {_shown(classes)}")


def history_kept(facts: password_policy.PasswordFacts) -> Outcome:
    history = facts.history
    good = history is not None and history >= PASSWORD_HISTORY
    return judged(good, f"remember {_shown(history)}")


def hash_modern(facts: password_policy.PasswordFacts) -> Outcome:
    return judged(facts.hash_method in MODERN, f"ENCRYPT_METHOD {facts.hash_method or NONE}")


def new_accounts_expire(facts: password_policy.PasswordFacts) -> Outcome:
    days = facts.maximum_days
    return judged(days is not None and 0 < days < NEVER_DAYS, f"PASS_MAX_DAYS {_shown(days)}")


def lockout_after_failures(facts: password_policy.LockoutFacts) -> Outcome:
    failures = facts.failures
    good = failures is not None and 0 < failures <= FAILED_LOGIN_LIMIT
    return judged(good, f"pam_faillock deny {_shown(failures)}")


def lockout_lasts(facts: password_policy.LockoutFacts) -> Outcome:
    after = facts.unlock_after_s
    good = after is not None and LOCKOUT_AT_LEAST_S <= after <= LOCKOUT_AT_MOST_S
    return judged(good, f"pam_faillock unlock_time {_shown(after)}")


def _shown(number: int | None) -> str:
    return NONE if number is None else str(number)


_QUALITY = "apt install libpam-pwquality && "

CHECKS = (
    Check(
        id="password.length_demanded",
        title=N_("New passwords must be long"),
        why=N_("Short passwords are guessed in minutes once their hashes are stolen."),
        expected=f"minlen ≥ {PASSWORD_LENGTH}",
        remedy=_QUALITY + f"echo 'minlen = {PASSWORD_LENGTH}' >> /etc/security/pwquality.conf",
        needs=password_policy.collect,
        judge=length_demanded,
        source="pwquality.conf(5), minlen; TCVN 14423:2026, 5.6.2.2 b)",
    ),
    Check(
        id="password.classes_demanded",
        title=N_("New passwords must mix kinds of characters"),
        why=N_("Without a second factor the standard asks for all four kinds of characters."),
        expected=f"minclass ≥ {PASSWORD_CLASSES}",
        remedy=_QUALITY + f"echo 'minclass = {PASSWORD_CLASSES}' >> /etc/security/pwquality.conf",
        needs=password_policy.collect,
        judge=classes_demanded,
        source="pwquality.conf(5), minclass; TCVN 14423:2026, 5.6.2.2 b)",
    ),
    Check(
        id="password.history_kept",
        title=N_("Old passwords cannot be used again"),
        why=N_("Who may return to the old password has not changed it."),
        expected=f"remember ≥ {PASSWORD_HISTORY}",
        remedy=SETUP[pam_settings.HISTORY],
        needs=password_policy.collect,
        judge=history_kept,
        source="pam_pwhistory(8); TCVN 14423:2026, 5.6.2.2 b)",
    ),
    Check(
        id="password.hash_modern",
        title=N_("New passwords are stored with a modern hash"),
        why=N_("Old hashes are broken in hours once the file is stolen."),
        expected="ENCRYPT_METHOD yescrypt or sha512 or sha256",
        remedy="sed -i 's/^ENCRYPT_METHOD.*/ENCRYPT_METHOD YESCRYPT/' /etc/login.defs && "
        "pam-auth-update --package",
        needs=password_policy.collect,
        judge=hash_modern,
        source="pam_unix(8); login.defs(5), ENCRYPT_METHOD",
    ),
    Check(
        id="password.new_accounts_expire",
        title=N_("New accounts get a password with a last day"),
        why=N_("The rule must hold for the next colleague too, not only for today's accounts."),
        expected=f"1 ≤ PASS_MAX_DAYS < {NEVER_DAYS}",
        remedy="sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 90/' /etc/login.defs",
        needs=password_policy.collect,
        judge=new_accounts_expire,
        source="login.defs(5), PASS_MAX_DAYS",
    ),
    Check(
        id="password.lockout_after_failures",
        title=N_("Wrong passwords lock the account"),
        why=N_("Without a limit a robot may guess day and night."),
        expected=f"1 ≤ pam_faillock deny ≤ {FAILED_LOGIN_LIMIT}",
        remedy=f"{SETUP[pam_settings.FAILLOCK]} && "
        f"echo 'deny = {FAILED_LOGIN_LIMIT}' >> /etc/security/faillock.conf",
        needs=password_policy.collect_lockout,
        judge=lockout_after_failures,
        source="pam_faillock(8); TCVN 14423:2026, 5.5.2.2 a)",
    ),
    Check(
        id="password.lockout_lasts",
        title=N_("A locked account stays locked for half a day"),
        why=N_("A lock of a few minutes only slows a robot down."),
        expected=f"{LOCKOUT_AT_LEAST_S} ≤ unlock_time ≤ {LOCKOUT_AT_MOST_S} s",
        remedy=f"{SETUP[pam_settings.FAILLOCK]} && "
        f"echo 'unlock_time = {LOCKOUT_AT_LEAST_S}' >> /etc/security/faillock.conf",
        needs=password_policy.collect_lockout,
        judge=lockout_lasts,
        source="faillock.conf(5); TCVN 14423:2026, 5.5.2.2 a)",
    ),
)
