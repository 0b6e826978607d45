"""What an ended restic means: from its exit code and its words to a cause. Pure.

Source: restic's published exit codes (docs, "Scripting"), and the words of 0.14 to 0.16,
which end with 1 for every failure.
"""

import re

from wire.verdicts import Cause

INCOMPLETE = 3  # a snapshot was made, some source could not be read
INTERRUPTED = 130

_CAUSE_OF_CODE = {10: Cause.NO_REPOSITORY, 11: Cause.LOCKED, 12: Cause.BAD_KEY}

# The order matters: what stands first explains what follows it in the same output.
_UNREACHABLE = (
    r"connect to host|Connection (refused|timed out|reset|closed)|No route to host"
    r"|Could not resolve|Permission denied \(publickey|ssh: .*: Name or service"
    r"|Network is unreachable|Timeout, server .* not responding|no such host"
    r"|network is down|i/o timeout|TLS handshake timeout"
)
# The site answers, and does not let this host in: nothing was learned of what it holds.
_NOT_LET_IN = (
    r"unable to open config file: .*(\b40[13]\b|Access Denied|Access Key Id you provided"
    r"|request signature we calculated|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch)"
)
_OTHER_SERVER = (
    r"Host key verification failed|REMOTE HOST IDENTIFICATION|x509: |tls: failed to verify"
)
_NO_REPOSITORY = (
    r"unable to open config file|Is there a repository at the following location"
    r"|repository does not exist"
)
_DAMAGED = (
    r"ciphertext verification failed|Pack ID does not match|hash does not match|invalid data"
    r"|not found in (repository|index)|does not exist|unexpected file size|pack file .* missing"
    r"|is not referenced|Fatal: repository contains errors"
    # it ends what it reads at one site, too, when the other one of a copy has failed
    r"|Load\(<(data|index|snapshot)(?!.*context canceled)"
)
# A pack that ends too soon, each time that it is asked for: a dead link has other words.
_TOO_SHORT = r"failed to download: StreamPack: ReadFull: unexpected EOF|file is too short"
_CUT = (
    r"connection lost|broken pipe|ssh command exited|unexpected EOF|rclone exited"
    r"|error talking HTTP to rclone|https?://\S+: EOF|server closed idle connection"
    r"|use of closed network connection"
)

_FULL = (
    r"no space left on device|disk quota exceeded|file too large"
    r"|413 Request Entity Too Large|507 Insufficient Storage|Storage backend has reached"
)

_PACK = re.compile(
    r"(?:[Pp]ack(?: file)?|Pack ID does not match, want|repair packs) ([0-9a-f]{64})"
)

_CAUSE_OF_WORDS: tuple[tuple[str, Cause], ...] = (
    (r"wrong password or no key found", Cause.BAD_KEY),
    (_OTHER_SERVER, Cause.HOST_KEY_CHANGED),
    (_UNREACHABLE, Cause.SITE_UNREACHABLE),
    (_NOT_LET_IN, Cause.SITE_UNREACHABLE),
    (r"already locked", Cause.LOCKED),
    (rf"restic-temp-.*({_FULL})", Cause.NO_SPACE),  # its temporary files are on this host
    (_FULL, Cause.DISK_FULL),
    (r"403 Forbidden", Cause.APPEND_ONLY_REFUSED),
    (_NO_REPOSITORY, Cause.NO_REPOSITORY),
    (_TOO_SHORT, Cause.REPOSITORY_DAMAGED),
    (_CUT, Cause.SITE_UNREACHABLE),
    (_DAMAGED, Cause.REPOSITORY_DAMAGED),
    (r"^(panic:|goroutine \d|fatal error:)", Cause.RESTIC_CRASHED),
)


def failure_of(exit_code: int, stderr: str) -> Cause | None:
    """Name what went wrong.

    Returns:
        None for exit code 0. Any code that is not known is a failure, never a success.
    """
    if exit_code == 0:
        return None
    if exit_code in _CAUSE_OF_CODE:
        return _CAUSE_OF_CODE[exit_code]
    if exit_code in {INTERRUPTED, -2, -15, -9}:
        return Cause.CANCELLED
    for words, cause in _CAUSE_OF_WORDS:
        if re.search(words, stderr, re.IGNORECASE | re.MULTILINE):
            return cause
    return Cause.RESTIC_FAILED


def packs_named(stderr: str) -> tuple[str, ...]:
    """The packs that restic complains about; it also names blobs and trees, which are none."""
    return tuple(dict.fromkeys(_PACK.findall(stderr)))


def last_words(stderr: str) -> str:
    """The most telling line that restic wrote, for a person at this host."""
    lines = [line.strip() for line in stderr.splitlines()]
    telling = [line for line in lines if line and "NOTICE: Config file" not in line]
    for line in telling:  # what ssh said explains what restic says after it
        if re.search(rf"{_OTHER_SERVER}|{_UNREACHABLE}", line, re.IGNORECASE):
            return line.removeprefix("rclone:").strip()
    for line in telling:
        if line.startswith("Fatal:"):
            return line.removeprefix("Fatal:").strip()
    return telling[-1] if telling else ""
