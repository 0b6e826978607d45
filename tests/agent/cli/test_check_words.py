"""Every reason code has its sentence, and every UNKNOWN says what would make it knowable."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli.check.words import knowable_by, reason_words

AGENT = Path(__file__).parents[3] / "agent"
SOURCES = [
    path for part in ("facts", "checks", "host", "files") for path in (AGENT / part).rglob("*.py")
]
PLACE_OF_CODE = {
    "UnreadableFactError": 1,
    "_BoundError": 0,
    "undecided": 0,
    "SubjectAbsentError": 0,
}
NEVER_UNKNOWN = {"SubjectAbsentError"}


def said(call: ast.Call, name: str) -> Iterator[str]:
    """The codes that stand as words at their place; others are handed on from where they do."""
    for word in call.args[PLACE_OF_CODE[name] : PLACE_OF_CODE[name] + 1]:
        either = (word.body, word.orelse) if isinstance(word, ast.IfExp) else (word,)
        for one in either:
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def codes() -> Iterator[tuple[str, str]]:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in PLACE_OF_CODE:
                yield from ((name, code) for code in said(node, name))


CODES = sorted({code for _, code in codes()} | {"denied", "failed", "missing", "no_systemd"})
UNKNOWN_CODES = sorted({code for name, code in codes() if name not in NEVER_UNKNOWN})


@pytest.mark.parametrize("code", CODES)
def test_a_reason_is_said_in_words(code: str) -> None:
    assert reason_words(code) != code


@pytest.mark.parametrize("code", UNKNOWN_CODES)
def test_an_unknown_says_what_would_make_it_knowable(code: str) -> None:
    assert knowable_by(code, "/etc/x")


def test_what_a_kernel_does_not_tell_is_not_to_be_installed() -> None:
    assert knowable_by("missing", "/proc/modules") != knowable_by("missing", "/etc/x")


def test_the_codes_are_found_in_the_code() -> None:
    assert {"unparsable", "empty", "too_large", "not_a_file", "other_root"} <= set(CODES)
