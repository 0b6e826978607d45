"""What `lachan-controller` leaves on the disk, and what it says."""

from pathlib import Path

from controller.app import open_province
from controller.config.home import home_at
from controller.config.keys import metrics_token_holds
from tests.controller.cli.conftest import Program
from tests.security.agent.test_commands import loose_secrets, open_to_others

SYSTEM = ("--facility", "BV", "--name", "x", "--regime", "ND331", "--level", "3")


def test_no_command_leaves_anything_open_to_others(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", 8443)
    program.init()
    commands = (
        ("facility", "add", "BV", "--name", "Bệnh viện"),
        ("system", "add", "FS", *SYSTEM),
        ("token", "create", "--facility", "BV", "--system", "FS"),
        ("user", "add", "ann", "--role", "admin"),
        ("score",),
        ("doctor",),
        ("export", "pack", "--facility", "BV", "--out", str(tmp_path / "pack")),
    )
    for words in commands:
        done = program.run(*words)
        assert done.returncode in {0, 1, 2}, (words, done.stderr)
        assert loose_secrets(program.home / "secrets") == [], words
        assert open_to_others(program.home / "state") == [], words


def test_links_tokens_and_keys_are_shown_once_and_stored_nowhere(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", 8443)
    link = program.init()["link"].rpartition("/")[2]
    program.run("facility", "add", "BV", "--name", "Bệnh viện")

    program.run("system", "add", "FS", *SYSTEM)
    token = program.json("token", "create", "--facility", "BV", "--system", "FS")["token"]
    shown = "".join(
        program.run(*words).stdout
        for words in (("user", "list"), ("token", "list"), ("facility", "list"), ("doctor",))
    )
    keys = [file.read_bytes() for file in (program.home / "secrets").glob("*.key")]
    for file in (program.home / "state").rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert link.encode() not in content
        assert token.encode() not in content
        assert not [key for key in keys if key in content]
    assert link not in shown
    assert token not in shown


def test_keys_do_not_show_in_what_a_bug_prints(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", 8443)
    program.init()
    province = open_province(home_at(program.home))
    text = repr(province) + repr(province.keys)
    province.database.close()
    for file in (program.home / "secrets").iterdir():
        raw = file.read_bytes()
        assert raw.hex() not in text
        assert repr(raw)[2:-1] not in text


def test_an_empty_metrics_token_opens_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path / "home", 8443)
    program.init()
    home = home_at(program.home)
    file = home.secrets / "metrics.token"
    assert metrics_token_holds(home, file.read_text().strip())
    file.write_text("\n")
    for offered in ("", " ", "\n", "0" * 64):
        assert not metrics_token_holds(home, offered)
