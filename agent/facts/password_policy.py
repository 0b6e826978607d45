"""What this host demands of a new password, and what it does after wrong ones."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from agent.facts import login_defs, pam, pam_settings
from agent.host import Host

CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
HASHES = ("yescrypt", "gost_yescrypt", "blowfish", "sha512", "sha256", "md5", "bigcrypt")


@dataclass(frozen=True, slots=True)
class PasswordFacts:
    """Values that hold; None where nothing demands them."""

    minimum_length: int | None
    classes: int | None
    history: int | None
    hash_method: str | None
    maximum_days: int | None


@dataclass(frozen=True, slots=True)
class LockoutFacts:
    """After how many failures, and for how long (0: until an administrator opens it)."""

    failures: int | None
    unlock_after_s: int | None


def collect(host: Host) -> PasswordFacts:
    """Ask the stack of passwd(1): a file of settings means nothing when no module reads it."""
    stack = pam.collect(host, "passwd")
    definitions = login_defs.words_of(host.read(login_defs.FILE))
    quality = _quality(host, stack)
    return PasswordFacts(
        minimum_length=_minimum_length(stack, quality),
        classes=_classes(quality),
        history=_history(host, stack),
        hash_method=_hash_method(stack, definitions),
        maximum_days=_number(definitions.get("PASS_MAX_DAYS")),
    )


def collect_lockout(host: Host) -> LockoutFacts:
    """The weakest of the module's lines; its file means nothing without them.

    Source: pam_faillock(8).
    """
    used = pam_settings.in_force(pam.collect(host, "login"), "auth", pam_settings.FAILLOCK)
    lines = [pam_settings.settings_of(host, line) for line in used]
    forgets = any(one["fail_interval"].lstrip("0") == "" for one in lines)
    if forgets or not lines:  # a failure that is not remembered locks nobody out
        return LockoutFacts(None, None)
    failures = [_number(one["deny"]) for one in lines]
    locked_s = [_number(one["unlock_time"].replace("never", "0")) for one in lines]
    return LockoutFacts(_worst(failures, max), _worst(locked_s, min))


def _worst(numbers: Sequence[int | None], worst: Callable[[Iterable[int]], int]) -> int | None:
    known = [number for number in numbers if number is not None]
    return worst(known) if len(known) == len(numbers) else None


def _quality(host: Host, stack: pam.Stack) -> dict[str, str] | None:
    """What pam_pwquality enforces; None when it does not."""
    lines = pam_settings.in_force(stack, "password", pam_settings.QUALITY)
    values = pam_settings.settings_of(host, lines[0]) if lines else {}
    warns = _number(values.get("enforcing")) == 0
    return None if warns or not lines else values


def _minimum_length(stack: pam.Stack, quality: dict[str, str] | None) -> int | None:
    """Credits shorten what minlen demands; each positive one counts against it."""
    if quality is not None:
        credit = sum(max(0, _number(quality.get(name)) or 0) for name in CREDITS)
        return (_number(quality.get("minlen")) or 8) - credit
    unix = [line for line in stack.of("password") if line.module == "pam_unix.so"]
    return _number(unix[0].option("minlen")) if unix else None


def _classes(quality: dict[str, str] | None) -> int | None:
    if quality is None:
        return None
    demanded = sum((_number(quality.get(name)) or 0) < 0 for name in CREDITS)
    return max(demanded, _number(quality.get("minclass")) or 0)


def _history(host: Host, stack: pam.Stack) -> int | None:
    lines = pam_settings.in_force(stack, "password", pam_settings.HISTORY)
    if lines:
        return _number(pam_settings.settings_of(host, lines[0])["remember"])
    unix = [line for line in stack.of("password") if line.module == "pam_unix.so"]
    return _number(unix[0].option("remember")) if unix else None


def _hash_method(stack: pam.Stack, definitions: dict[str, str]) -> str | None:
    """The last option of pam_unix goes before login.defs; without either the library decides."""
    unix = [line for line in stack.of("password") if line.module == "pam_unix.so"]
    named = [option for line in unix for option in line.options if option in HASHES]
    return named[-1] if named else definitions.get("ENCRYPT_METHOD", "").lower() or None


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and len(digits) < 12 else None  # noqa: PLR2004 - sane
