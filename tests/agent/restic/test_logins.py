"""Logins come out of private files, stand in private files, and never in a message."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.config.private_file import PrivateFileError, read_private
from agent.restic.environment import Repository, Workplace, environment, option_arguments
from agent.restic.logins import http_login, repository_line, s3_credential

SECRET = "Kh0ngAiBiet"  # noqa: S105 - of no server


def private(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


def test_a_login_is_quoted_into_the_address(tmp_path: Path) -> None:
    login = private(tmp_path / "login", "fs-01:p@ss/w:rd %\n")
    repository = Repository("b", "rest:https://b.example:8000/FS-01/", tmp_path, login_file=login)
    assert repository_line(repository) == (
        "rest:https://fs-01:p%40ss%2Fw%3Ard%20%25@b.example:8000/FS-01/\n"
    )
    assert "p@ss" not in repository.address


@pytest.mark.parametrize("text", ["", "fs-01", ":x", "fs-01:", "a:b\nc:d", "a:\x07"])
def test_anything_but_one_login_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PrivateFileError):
        http_login(private(tmp_path / "login", text))


@pytest.mark.parametrize(
    "text",
    [
        f"aws_secret_access_key = {SECRET}",
        f"[other]\naws_access_key_id = A\naws_secret_access_key = {SECRET}\n",
        f"[default]\naws_secret_access_key = {SECRET}\n",
        f"[default]\naws_access_key_id =\naws_secret_access_key = {SECRET}\n",
    ],
)
def test_a_credentials_file_without_its_parts_is_refused_and_not_shown(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(PrivateFileError) as caught:
        s3_credential(private(tmp_path / "credentials", text))
    assert SECRET not in str(caught.value) + str(caught.value.__cause__)


def test_an_s3_credential_is_named_by_its_file_alone(tmp_path: Path) -> None:
    text = f"[default]\naws_access_key_id = AK\naws_secret_access_key = {SECRET}\n"
    file = private(tmp_path / "credentials", text)
    assert s3_credential(file) == ("AK", SECRET)
    repository = Repository("b", "s3:https://h/b", tmp_path, s3_credentials_file=file)
    variables = environment(Workplace(tmp_path), repository)
    assert variables["AWS_SHARED_CREDENTIALS_FILE"] == str(file)
    assert SECRET not in repository_line(repository) + "".join(variables.values())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_secret_that_others_may_read_is_not_read(tmp_path: Path, mode: int) -> None:
    with pytest.raises(PrivateFileError) as caught:
        read_private(private(tmp_path / "secret", SECRET, mode))
    assert SECRET not in str(caught.value)


def test_a_pipe_a_folder_and_a_huge_file_are_no_secrets(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe", 0o600)
    private(tmp_path / "huge", "x" * 20_000)
    private(tmp_path / "blank", " \n")
    for name in ("pipe", "huge", "blank", "nowhere", "."):
        with pytest.raises(PrivateFileError):
            read_private(tmp_path / name)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_secret_or_the_documented_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(raw)
    file.chmod(0o600)
    for understand in (read_private, http_login, s3_credential):
        try:
            understand(file)
        except PrivateFileError:
            continue


def test_two_ends_share_certificates_and_never_a_command(tmp_path: Path) -> None:
    one = Repository("a", "sftp:a:/r", tmp_path, ("sftp.command=one",), programs=tmp_path / "bin")
    two = Repository("b", "sftp:b:/r", tmp_path, ("sftp.command=two",), programs=tmp_path / "bin")
    web = Repository("c", "rest:https://c/", tmp_path, roots=tmp_path / "ca.pem")
    assert option_arguments(one, two) == ()
    assert option_arguments(one, web) == ("-o", '"sftp.command=one"', "--cacert", str(web.roots))
    path = environment(Workplace(tmp_path), one, two)["PATH"]
    assert path.startswith(f"{tmp_path}/bin:/usr/local/sbin")
