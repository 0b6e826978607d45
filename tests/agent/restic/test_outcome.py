"""Exit codes and words of restic become causes; nothing unknown is ever a success."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.restic.outcome import failure_of, last_words, packs_named
from wire.verdicts import Cause

NO_REPOSITORY = """Fatal: unable to open config file: stat /x/config: no such file or directory
Is there a repository at the following location?
/x"""
NO_REPOSITORY_AT_RCLONE = """rclone: 2026/11/21 NOTICE: Config file not found
Fatal: unable to open config file: <config/> does not exist
Is there a repository at the following location?
rclone:b"""
UNKNOWN_HOST_KEY = """rclone: No ED25519 host key is known for b and you have requested strict
rclone: Host key verification failed.
Fatal: unable to open repository at rclone:b: error talking HTTP to rclone: context canceled"""
REFUSED = """rclone: ssh: connect to host 127.0.0.1 port 52653: Connection refused
Fatal: error talking HTTP to rclone: Get "http://localhost/file-5": unexpected EOF"""
DAMAGED = """Pack ID does not match, want 3699, got 357c
Fatal: repository contains errors"""
LOCKED = "unable to create lock in backend: repository is already locked exclusively by PID 9 on h"
FORBIDDEN = "Fatal: unable to save snapshot: server response unexpected: 403 Forbidden (403)"
NOT_OPENED = "Fatal: unable to open config file:"
NOWHERE = "Is there a repository at the following location?"
PACK = "022c90b44bb734278f6b7b5b4afc4036fba4072ada9414356331ffe53c83b2de"
TOO_SHORT = f"""Load(<data/022c90b44b>, 9, 0) returned error, retrying after 1s: unexpected EOF
pack {PACK} failed to download: StreamPack: ReadFull: unexpected EOF
Fatal: repository contains errors"""
PANIC = "panic: runtime error: index out of range\ngoroutine 1 [running]:"

WORDS = [
    ("Fatal: wrong password or no key found", Cause.BAD_KEY),
    (NO_REPOSITORY, Cause.NO_REPOSITORY),
    (NO_REPOSITORY_AT_RCLONE, Cause.NO_REPOSITORY),
    (LOCKED, Cause.LOCKED),
    ("Fatal: write /x/data/tmp: no space left on device", Cause.DISK_FULL),
    ("Fatal: write /x/data/tmp: file too large", Cause.DISK_FULL),
    ("Fatal: Write: write /t/restic-temp-pack-17: no space left on device", Cause.NO_SPACE),
    ("ignoring error for /f: ciphertext verification failed", Cause.REPOSITORY_DAMAGED),
    (DAMAGED, Cause.REPOSITORY_DAMAGED),
    ("pack 3699b481: does not exist", Cause.REPOSITORY_DAMAGED),
    ("Load(<data/3699b481da>, 16792518, 0) returned error, retrying", Cause.REPOSITORY_DAMAGED),
    ("Load(<data/3699b481da>, 0, 0) returned error: context canceled", Cause.RESTIC_FAILED),
    ('Save(<data/3699b481da>) failed: Post "http://b:8000/x": EOF', Cause.SITE_UNREACHABLE),
    (TOO_SHORT, Cause.REPOSITORY_DAMAGED),
    ("Load(<data/022c90b44b>, 16778647, 0) failed: file is too short", Cause.REPOSITORY_DAMAGED),
    (PANIC, Cause.RESTIC_CRASHED),
    (UNKNOWN_HOST_KEY, Cause.HOST_KEY_CHANGED),
    (REFUSED, Cause.SITE_UNREACHABLE),
    ("rclone: lachan@b: Permission denied (publickey).", Cause.SITE_UNREACHABLE),
    (FORBIDDEN, Cause.APPEND_ONLY_REFUSED),
    (f"{NOT_OPENED} unexpected HTTP response (401): 401 Unauthorized", Cause.SITE_UNREACHABLE),
    (f"{NOT_OPENED} unexpected HTTP response (403): 403 Forbidden", Cause.SITE_UNREACHABLE),
    (f"{NOT_OPENED} Stat: Access Denied.\n{NOWHERE}", Cause.SITE_UNREACHABLE),
    (f"{NOT_OPENED} Stat: The AWS Access Key Id you provided does not", Cause.SITE_UNREACHABLE),
    (f"{NOT_OPENED} Stat: The request signature we calculated does", Cause.SITE_UNREACHABLE),
    (f"{NOT_OPENED} Stat: The specified key does not exist.\n{NOWHERE}", Cause.NO_REPOSITORY),
    (f"{NOT_OPENED} Head: x509: certificate signed by unknown", Cause.HOST_KEY_CHANGED),
    (f"{NOT_OPENED} dial tcp: lookup b on 9.9.9.9: no such host", Cause.SITE_UNREACHABLE),
    ("server response unexpected: 413 Request Entity Too Large (413)", Cause.DISK_FULL),
    ("something that nobody has seen", Cause.RESTIC_FAILED),
    ("", Cause.RESTIC_FAILED),
]


@pytest.mark.parametrize(("words", "cause"), WORDS)
def test_words_of_0_14_name_the_cause(words: str, cause: Cause) -> None:
    assert failure_of(1, words) is cause


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (10, Cause.NO_REPOSITORY),
        (11, Cause.LOCKED),
        (12, Cause.BAD_KEY),
        (130, Cause.CANCELLED),
        (-9, Cause.CANCELLED),
        (-2, Cause.CANCELLED),
    ],
)
def test_codes_of_newer_versions_go_before_words(code: int, cause: Cause) -> None:
    assert failure_of(code, "no space left on device") is cause


def test_success_is_the_code_nought_alone() -> None:
    assert failure_of(0, "Fatal: anything") is None


@pytest.mark.parametrize(
    "words",
    [
        f"Pack ID does not match, want {PACK}, got 6b5a4502257e",
        f"pack {PACK} contains 2 errors: [blob 15b7ef3f: decrypting blob <data/15b7ef3f>]",
        f"restic repair packs {PACK}",
        f"pack {PACK}: does not exist",
        TOO_SHORT,
    ],
)
def test_the_packs_that_restic_complains_about_are_named(words: str) -> None:
    assert packs_named(words) == (PACK,)
    assert packs_named(words.replace(PACK, PACK[:8])) == ()


@given(st.integers().filter(bool), st.text())
def test_every_other_code_is_a_failure_whatever_it_says(code: int, words: str) -> None:
    assert isinstance(failure_of(code, words), Cause)


def test_the_fatal_line_is_told_and_not_the_noise() -> None:
    stderr = 'rclone: NOTICE: Config file "/x" not found\nFatal: no way\nsecond line\n'
    assert last_words(stderr) == "no way"
    assert last_words("") == ""
