"""`policy`: what it says of good and of bad files, and a pack on its way to the verifier."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.agent.pack_writing import good_files
from tests.controller.cli.conftest import ROOT, Program
from tests.controller.cli.test_export import verify

LEVEL_3 = ROOT / "policies" / "tcvn-14423-2026" / "level-3.yaml"


def written(folder: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return str(folder)


@pytest.fixture
def ready(program: Program) -> Program:
    program.init()
    program.json("facility", "add", "BV", "--name", "Bệnh viện")
    program.json(
        *("system", "add", "FS", "--facility", "BV", "--name", "Tệp"),
        *("--regime", "ND331", "--level", "3"),
    )
    return program


def test_good_files_are_good(program: Program, tmp_path: Path) -> None:
    assert program.run("policy", "validate", str(LEVEL_3)).returncode == 0
    folder = written(tmp_path / "gl", good_files())
    document = program.json("policy", "validate", folder)
    assert (document["verdict"], document["problems"]) == ("PASS", [])
    assert (document["pack"], document["version"]) == ("gl", 1)


@pytest.mark.parametrize("folder", ["health"])
def test_the_packs_that_come_with_us_are_good(program: Program, folder: str) -> None:
    assert program.run("policy", "validate", str(ROOT / "policies" / folder)).returncode == 0


def test_a_bad_catalogue_is_told_line_by_line(program: Program, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (
        LEVEL_3.read_text()
        .replace("weight: 2", "weight: 9", 2)
        .replace("kind: attest", "kind: x", 1)
    )
    bad.write_text(text)
    done = program.run("policy", "validate", str(bad))
    assert done.returncode == 78
    assert len(done.stdout.splitlines()) == 3
    document = program.json("policy", "validate", str(bad))
    assert document["verdict"] == "FAIL"
    lines = text.splitlines()
    for problem in document["problems"]:
        assert problem["path"].rpartition(".")[2] in lines[problem["line"] - 1]
        assert problem["write"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a: *x\n", b"", b"- 1\n", b"x" * 2_000_000])
def test_a_file_that_is_no_policy_is_told_and_never_a_crash(
    program: Program, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(content)
    done = program.run("policy", "validate", str(bad))
    assert done.returncode == 78
    assert done.stdout.startswith("bad.yaml:1 $")


def test_a_file_that_is_not_there_is_told(program: Program, tmp_path: Path) -> None:
    assert program.run("policy", "validate", str(tmp_path / "none.yaml")).returncode == 78


def test_a_row_is_shown_with_its_confidence_and_what_is_only_suggested(ready: Program) -> None:
    rows = ready.json("policy", "show", "tcvn-14423-2026.level-3")["controls"]
    assert {row["confidence"] for row in rows} == {"corroborated", "unverified"}
    assert any(row["suggested"] and row["threshold"] for row in rows)


@pytest.mark.parametrize("verb", ["validate", "publish"])
def test_a_pipe_is_told_and_keeps_nobody_waiting(ready: Program, tmp_path: Path, verb: str) -> None:
    pipe = tmp_path / "pack.yaml"
    os.mkfifo(pipe)
    done = ready.run("policy", verb, str(pipe))
    assert done.returncode == 78
    assert "pack.yaml" in done.stderr


def test_a_pack_is_published_shown_and_its_scores_are_verified(
    ready: Program, tmp_path: Path
) -> None:
    ready.json("score")
    folder = written(tmp_path / "gl", good_files())
    published = ready.json("policy", "publish", folder)
    assert published["catalogues"] == ["tcvn-14423-2026.level-3"]
    listed = ready.json("policy", "list")
    assert [(pack["pack"], pack["version"]) for pack in listed["packs"]] == [("gl", 1)]
    shown = ready.json("policy", "show", "gl")
    assert [row["control"] for row in shown["overrides"]] == ["l3.risk.01"]
    assert [check["id"] for check in shown["checks"]] == ["gl.app.line"]
    told = ready.run("policy", "show", "gl").stdout
    assert "l3.risk.01" in told
    assert "The line is there; file_contains: " in told
    ready.json("score")
    pack = tmp_path / "BV.lachan"
    anchor = ready.json("export", "pack", "--facility", "BV", "--out", str(pack))["anchor"]
    verified = verify(str(pack), "--anchor", anchor)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_bad_pack_is_not_published(ready: Program, tmp_path: Path) -> None:
    files = {name: text.replace("weight: 5", "weight: 50") for name, text in good_files().items()}
    done = ready.run("policy", "publish", written(tmp_path / "gl", files))
    assert done.returncode == 78
    assert "$.overrides[0].weight" in done.stdout
    assert ready.json("policy", "list")["packs"] == []
