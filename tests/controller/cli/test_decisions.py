"""Attestations and exceptions at the terminal: by people with a login, never by the machine's."""

import hashlib
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from controller.fleet.add_user import add_user
from controller.fleet.province import Province
from controller.web.auth import passwords
from controller.web.pages.place import place_of
from tests.controller.cli.conftest import Done, Program
from tests.controller.deciding import stored_attestation, stored_exception

PASSWORD = "correct horse battery staple"  # noqa: S105 - of a test
PEOPLE = (
    ("an", "admin", ""),
    ("binh", "admin", ""),
    ("giang", "facility", "BV"),
    ("dung", "inspector", ""),
)
ASKED = (
    *("--facility", "BV", "--system", "FS", "--control", "l3.risk.02", "--kind", "waiver"),
    *("--text", "chờ kinh phí", "--measure", "kiểm tra từng tuần", "--until", "2027-01-31"),
)
VOUCHED = (
    *("--facility", "BV", "--control", "l3.risk.02", "--document", "Quy chế 12"),
    *("--from", "2026-11-01", "--until", "2027-01-31"),
)
Say = Callable[..., Done]


@pytest.fixture
def terminal(province: Province, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Types a command, and a password when it is asked for."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64))
    monkeypatch.setattr("controller.app.utc_now", province.now)
    for name, role, facility in PEOPLE:
        secret = add_user(province, "test", name, role, facility).rpartition("/")[2]
        place_of(province).doorkeeper.set_first_password(secret, PASSWORD)

    def say(*words: str, password: str = PASSWORD) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
        return Program(province.home.config_dir, 8443).run(*words)

    return say


def code_in(done: Done) -> str:
    found = re.search(r"(attest|exception)-[0-9a-f]{20}", done.stderr + done.stdout)
    assert found, done
    return found[0]


def test_a_waiver_is_asked_for_by_one_and_approved_by_another(
    terminal: Say, province: Province
) -> None:
    asked = terminal("exception", "request", *ASKED, "--as", "giang")
    assert asked.returncode == 0, asked.stderr
    code = code_in(asked)
    assert "waits for a decision" in terminal("exception", "list").stdout
    done = terminal("exception", "approve", code, "--text", "được", "--as", "binh")
    assert (done.returncode, done.stderr) == (0, f"{code}: in force.\n")
    found = stored_exception(province, code)
    assert (found.requested_by, found.decided_by) == ("giang", "binh")
    assert terminal("exception", "end", code, "--text", "xong", "--as", "giang").returncode == 0
    assert "ended early" in terminal("exception", "list", "--facility", "BV").stdout


@pytest.mark.parametrize(("name", "says"), [("an", "another person"), ("dung", "may not")])
def test_nobody_decides_alone_or_without_the_role(
    terminal: Say, province: Province, name: str, says: str
) -> None:
    code = code_in(terminal("exception", "request", *ASKED, "--as", "an"))
    done = terminal("exception", "approve", code, "--text", "tôi", "--as", name)
    assert (done.returncode, says in done.stderr) == (1, True)
    refused = terminal("exception", "refuse", code, "--text", "không", "--as", "binh")
    assert refused.returncode == 0
    assert stored_exception(province, code).approved is False


@pytest.mark.parametrize(
    ("name", "password"), [("an", "wrong"), ("nobody", PASSWORD), ("cli:root", ""), ("", "")]
)
def test_who_does_not_know_the_password_is_nobody(terminal: Say, name: str, password: str) -> None:
    done = terminal("exception", "request", *ASKED, "--as", name, password=password)
    assert done.returncode == 1
    assert "password is wrong" in done.stderr
    assert terminal("exception", "list").stdout.count("exception-") == 0


def test_a_document_is_vouched_for_and_withdrawn(
    terminal: Say, province: Province, tmp_path: Path
) -> None:
    file = tmp_path / "quy chế.pdf"
    file.write_bytes(b"document")
    done = terminal("attestation", "add", *VOUCHED, "--file", str(file), "--as", "giang")
    assert done.returncode == 0, done.stderr
    found = stored_attestation(province, code_in(done))
    assert found.document_sha256 == hashlib.sha256(b"document").hexdigest()
    listed = terminal("attestation", "list", "--facility", "BV").stdout
    assert "\tBV\tall systems\tQuy chế 12\t1\t01/02/2027 00:00\tin force" in listed
    ended = terminal(
        "attestation", "withdraw", found.attestation_id, "--reason", "bản mới", "--as", "an"
    )
    assert ended.returncode == 0
    assert stored_attestation(province, found.attestation_id).withdrawn_by == "an"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--sha256", "xyz"), 2),
        (("--sha256", "ab" * 32, "--until", "2020-01-01"), 2),
        (("--sha256", "ab" * 32, "--control", "l9.none"), 2),
        (("--file", "/nowhere"), 64),
    ],
    ids=["digest", "until", "control", "file"],
)
def test_what_cannot_be_meant_is_refused(terminal: Say, words: tuple[str, ...], code: int) -> None:
    assert terminal("attestation", "add", *VOUCHED, *words, "--as", "an").returncode == code


def test_documents_of_json_tell_how_each_stands(terminal: Say, province: Province) -> None:
    terminal("attestation", "add", *VOUCHED, "--sha256", "ab" * 32, "--as", "an")
    terminal("exception", "request", *ASKED, "--as", "an")
    program = Program(province.home.config_dir, 8443)
    attested: Any = program.json("attestation", "list")
    asked: Any = program.json("exception", "list")
    assert attested["attestations"][0]["state"] == "in_force"
    assert (asked["exceptions"][0]["state"], asked["exceptions"][0]["decided_by"]) == (
        "waiting",
        None,
    )
