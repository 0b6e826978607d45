"""Versions, roles and environment: what may be asked of which restic, and under what conditions."""

from pathlib import Path

import pytest

from agent.restic import capabilities, checking
from agent.restic.environment import Repository, Workplace, environment, option_arguments
from agent.restic.errors import ForbiddenVerbError, ResticError
from agent.restic.roles import Role, permit
from wire.verdicts import Cause


def test_the_version_of_0_14_comes_as_text() -> None:
    found = capabilities.parse("restic 0.14.0 compiled with go1.19.8 on linux/amd64\n")
    assert found is not None
    assert (found.version, found.own_exit_codes) == ("0.14.0", False)


def test_the_version_of_0_18_comes_as_json() -> None:
    found = capabilities.parse('{"message_type":"version","version":"0.18.1","go_os":"linux"}\n')
    assert found is not None
    assert found.own_exit_codes
    assert found.restores_subfolder


@pytest.mark.parametrize("words", ["", "restic 0.9.6", "bash 5.2", "{}", '{"version":1}'])
def test_anything_else_is_no_restic_of_ours(words: str) -> None:
    assert capabilities.parse(words) is None


@pytest.mark.parametrize(
    "words",
    [
        ("forget", "x"),
        ("cat", "masterkey"),
        ("key", "remove", "x"),
        ("key", "passwd"),
        ("unlock", "--remove-all"),
        ("mount", "/x"),
        ("backup", "--password-command", "x"),
        (),
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_no_role_may_destroy_or_reveal(role: Role, words: tuple[str, ...]) -> None:
    with pytest.raises(ForbiddenVerbError):
        permit(role, words)


@pytest.mark.parametrize("words", [("backup", "."), ("init",), ("copy", "x"), ("unlock",)])
def test_a_drill_only_reads(words: tuple[str, ...]) -> None:
    permit(Role.AGENT, words)
    with pytest.raises(ForbiddenVerbError):
        permit(Role.DRILL, words)


def test_the_environment_is_made_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTIC_PASSWORD_COMMAND", "echo stray")
    monkeypatch.setenv("LD_PRELOAD", "stray.so")
    password = tmp_path / "p"
    password.write_text("hidden\n")
    variables = environment(Workplace(tmp_path), Repository("a", "/r", password))
    assert set(variables) == {
        "PATH",
        "HOME",
        "LC_ALL",
        "TZ",
        "TMPDIR",
        "RESTIC_CACHE_DIR",
        "RESTIC_PROGRESS_FPS",
        "RESTIC_REPOSITORY_FILE",
        "RESTIC_PASSWORD_FILE",
    }
    assert "hidden" not in " ".join(variables.values())


def test_an_option_is_quoted_as_a_line_of_csv_and_given_once(tmp_path: Path) -> None:
    option = "rclone.program=sh -c 'x \"$0\", y'"
    one = Repository("b", "rclone:b", tmp_path, (option,))
    two = Repository("c", "rclone:c", tmp_path, (option,))
    words = option_arguments(one, two, None)
    assert words == ("-o", '"rclone.program=sh -c \'x ""$0"", y\'"')


def test_a_check_says_how_many_packs_it_read() -> None:
    words = "read group #3 of 0 data packs (out of total 3 packs in 256 groups)\nno errors"
    assert checking.parse(words, "a") == checking.Checked(packs_read=0, packs=3)


def test_a_check_that_does_not_say_it_is_not_believed() -> None:
    with pytest.raises(ResticError) as caught:
        checking.parse("no errors were found", "a")
    assert caught.value.cause is Cause.RESTIC_FAILED
