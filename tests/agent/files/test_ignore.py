"""Patterns that leave files out: on a name, on a path, on a folder with all that is in it."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from agent.files.ignore import Hidden, Ignore
from agent.files.ledger import Ledger
from agent.files.names import key_of


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("a.tmp", True),
        ("khoa/a.tmp", True),
        ("cache/x/y.docx", True),
        ("khoa/cache", True),
        ("khoa/a.docx", False),
        ("a.tmp.docx", False),
    ],
)
def test_ignored_folders_take_everything_along(path: str, *, left_out: bool) -> None:
    assert Ignore(("*.tmp", "cache")).hides(path.encode()) is left_out


@pytest.mark.parametrize(
    ("path", "left_out"),
    [
        ("a.conf", False),
        ("ssh/a.conf", False),
        ("ssh/keys/id", True),
        ("pam.d/login", False),
        ("pam.d/sub/login", False),
        ("passwd", True),
        ("secret/a.conf", True),
        ("a.conf.bak", True),
    ],
)
def test_only_restricts_and_what_is_ignored_stays_so(path: str, *, left_out: bool) -> None:
    ignore = Ignore(("secret", "*.bak"), only=("*.conf", "pam.d"))
    assert ignore.hides(path.encode()) is left_out


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_compared_in_composed_form(form: Literal["NFC", "NFD"]) -> None:
    name = unicodedata.normalize(form, "Bệnh án/Nguyễn.tmp").encode()
    for pattern in ("Bệnh án", "*Nguyễn*", unicodedata.normalize("NFD", "Bệnh án")):
        assert Ignore((pattern,)).hides(name)
        assert not Ignore((), only=(pattern,)).hides(name)


def test_a_name_that_is_no_text_can_be_met() -> None:
    assert Ignore(("*.tmp",)).hides(b"\xff\xfe.tmp")
    assert not Ignore(("*.doc",)).hides(b"\xff\xfe.tmp")
    assert Ignore((), only=("*.doc",)).hides(b"\xff\xfe.tmp")


def test_in_the_order_of_a_walk_the_answers_are_those_of_single_paths() -> None:
    ignore = Ignore(("b", "*.x"), only=("*.conf", "d*", "*.x"))
    paths = ["a.conf", "b", "b/a.conf", "c", "c/a.conf", "c/a.x", "d", "d/e", "f", "g.x"]
    hidden = Hidden(ignore, key_of(b"/root"))
    for path in paths:
        key = key_of(b"/root/" + path.encode())
        assert hidden.covers(key) == ignore.hides(path.encode()), path


def test_a_ledger_reads_only_what_it_is_restricted_to(ledger: Ledger, tree: Path) -> None:
    (tree / "deep" / "er").mkdir(parents=True)
    for name in ("a.conf", "a.txt", "deep/er/b.conf", "deep/er/b.txt"):
        (tree / name).write_text(name)
    ignore = Ignore((), only=("*.conf",))
    seen = ledger.refresh(tree, ignore=ignore)
    assert seen.hashed == 2
    found = {record.path for record in ledger.entries(tree, ignore=ignore) if record.is_file}
    assert found == {bytes(tree / "a.conf"), bytes(tree / "deep/er/b.conf")}


def test_an_ignore_of_an_ignore_is_the_same() -> None:
    same = Ignore(Ignore(("a",), only=("b",)))
    assert (same.patterns, same.only, bool(same)) == (("a",), ("b",), True)
    assert not Ignore(())
