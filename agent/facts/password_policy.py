"""What this host demands of a new password, and what it does after wrong ones."""

from dataclasses import dataclass

from agent.facts import pam
from agent.host import Host, list_if_present, read_if_present

LOGIN_DEFS = "/etc/login.defs"
QUALITY_CONF = "/etc/security/pwquality.conf"
LOCK_CONF = "/etc/security/faillock.conf"
HISTORY_CONF = "/etc/security/pwhistory.conf"
CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_REFUSING = {"preauth", "authsucc"}
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
    definitions = words_of(host.read(LOGIN_DEFS))
    quality = _quality(host, stack)
    return PasswordFacts(
        minimum_length=_minimum_length(stack, quality),
        classes=_classes(quality),
        history=_history(host, stack),
        hash_method=_hash_method(stack, definitions),
        maximum_days=_number(definitions.get("PASS_MAX_DAYS")),
    )


def collect_lockout(host: Host) -> LockoutFacts:
    """Source: pam_faillock(8): the module must stand in the stack, its file only tunes it."""
    stack = pam.collect(host, "login")
    used = [line for line in stack.of("auth") if line.module == "pam_faillock.so"]
    counting = [line for line in used if "authfail" in line.options and line.skips() == 0]
    refusing = [line for line in used if line.demands and _REFUSING & set(line.options)]
    refusing += [line for line in stack.of("account") if line.module == "pam_faillock.so"]
    if not (counting and refusing):  # failures that are only counted lock nobody out
        return LockoutFacts(None, None)
    named = [path for line in used if (path := line.option("conf"))]
    settings = values_of(_of_module(host, named[-1] if named else "", LOCK_CONF))
    settings |= {key: value for line in used for key, value in _options(line).items()}
    if settings.get("fail_interval", "900").lstrip("0") == "":  # no failure is ever remembered
        return LockoutFacts(None, None)
    return LockoutFacts(
        failures=_number(settings.get("deny", "3")),
        unlock_after_s=0
        if settings.get("unlock_time") == "never"
        else _number(settings.get("unlock_time", "600")),
    )


def words_of(text: str) -> dict[str, str]:
    """`NAME value` lines, login.defs(5); the last one holds."""
    pairs = (line.partition("#")[0].split() for line in text.splitlines())
    return {words[0]: words[1] for words in pairs if len(words) > 1}


def values_of(text: str) -> dict[str, str]:
    """`name = value` lines and bare names, pwquality.conf(5); the last one holds."""
    values = {}
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition("=")
        if name.strip():
            values[name.strip()] = value.strip()
    return values


def _quality(host: Host, stack: pam.Stack) -> dict[str, str] | None:
    """What pam_pwquality enforces: its files, then its own options; None when it does not."""
    line = stack.enforced("password", "pam_pwquality.so")
    if line is None:
        return None
    values: dict[str, str] = {}
    folder = f"{QUALITY_CONF}.d"
    further = [f"{folder}/{name}" for name in list_if_present(host, folder)]
    for path in [*further, QUALITY_CONF]:
        if path.endswith(".conf"):
            values |= values_of(read_if_present(host, path) or "")
    values |= _options(line)
    return None if _number(values.get("enforcing")) == 0 else values  # 0: it only warns


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
    line = stack.enforced("password", "pam_pwhistory.so")
    if line is not None:
        text = _of_module(host, line.option("conf") or "", HISTORY_CONF)
        values = values_of(text) | _options(line)
        return _number(values.get("remember", "10"))
    unix = [line for line in stack.of("password") if line.module == "pam_unix.so"]
    return _number(unix[0].option("remember")) if unix else None


def _hash_method(stack: pam.Stack, definitions: dict[str, str]) -> str | None:
    """The last option of pam_unix goes before login.defs; without either the library decides."""
    unix = [line for line in stack.of("password") if line.module == "pam_unix.so"]
    named = [option for line in unix for option in line.options if option in HASHES]
    return named[-1] if named else definitions.get("ENCRYPT_METHOD", "").lower() or None


def _of_module(host: Host, named: str, usual: str) -> str:
    """A module's own file; one that its line names must be there."""
    return host.read(named) if named else read_if_present(host, usual) or ""


def _options(line: pam.Line) -> dict[str, str]:
    return {key: value for key, _, value in (option.partition("=") for option in line.options)}


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and len(digits) < 12 else None  # noqa: PLR2004 - sane
