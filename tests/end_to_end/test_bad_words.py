"""What people type or write wrong: tokens, configuration, addresses, ports."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.programs import Program
from tests.end_to_end.province import Province, edit, edit_site
from tests.end_to_end.telling import ERROR, LANGUAGES, assert_clear, tell

pytestmark = pytest.mark.parametrize("language", LANGUAGES)
_BEGINNING = "LACHAN1."
MISPLACED = "mật-khẩu-9b1d"


def changed(token: str, **parts: str) -> str:
    """A token with some of its parts replaced."""
    coded = token.strip().removeprefix(_BEGINNING)
    document = json.loads(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)))
    raw = json.dumps(document | parts).encode()
    return _BEGINNING + base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "text", ["", "hello", "LACHAN1.AAAA", "LACHAN2.eyJ9", "LACHAN1." + "x" * 9999]
)
def test_text_that_is_no_token(agent: Program, language: str, text: str) -> None:
    assert_clear(tell(agent, "join", "--lang", language, text=text), 64, language)


def test_a_token_that_nobody_made(province: Province, agent: Program, language: str) -> None:
    forged = changed(province.new_token(), secret="x" * 43)

    assert_clear(tell(agent, "join", "--lang", language, text=forged), 1, language)


def test_a_token_for_another_controller(province: Province, agent: Program, language: str) -> None:
    misled = changed(province.new_token(), ca_pin="0" * 64)

    told = tell(agent, "join", "--lang", language, text=misled)

    assert_clear(told, 1, language, province.url)


def test_a_used_token_enrols_nobody_else(
    province: Province, agent: Program, tmp_path: Path, language: str
) -> None:
    token = province.new_token()
    agent.run("join", text=token)
    second = province.configure(tmp_path / "second", tmp_path / "second-a")

    told = tell(second, "join", "--lang", language, text=token)

    assert_clear(told, 1, language)
    assert second.home is not None
    assert not (second.home / "secrets" / "membership.json").exists()
    second.run("join", text=province.new_token())  # and a new one still can


def test_a_token_is_never_an_argument(province: Province, agent: Program, language: str) -> None:
    token = province.new_token()

    told = tell(agent, "join", "--lang", language, token)

    assert_clear(told, 64, language)
    assert token not in told.err + told.out


@pytest.mark.parametrize("command", [("check",), ("backup", "run"), ("run", "--once"), ("status",)])
def test_an_unknown_key_stops_every_command(
    agent: Program, language: str, command: tuple[str, ...]
) -> None:
    edit(agent, facilty="BV", colour="blue")

    told = tell(agent, *command, "--lang", language)

    assert_clear(told, 78, language, "agent.yaml")
    assert "facilty" in told.err
    assert "“facility”" in told.err
    assert "colour" in told.err


def test_a_secret_inside_an_address_is_refused_and_not_repeated(
    agent: Program, language: str
) -> None:
    edit(agent, controller={"url": f"https://admin:{MISPLACED}@127.0.0.1:1"})

    told = tell(agent, "check", "--lang", language)

    assert_clear(told, 78, language)
    assert "controller.url" in told.err
    assert MISPLACED not in told.err + told.out


def test_config_validate_hides_the_secret_too(agent: Program, language: str) -> None:
    edit_site(agent, "b", host=f"lachan:{MISPLACED}@10.20.0.5")

    told = tell(agent, "config", "validate", "--lang", language)

    assert told.code == 78
    assert "sites[1].host" in told.err + told.out
    assert MISPLACED not in told.err + told.out


def test_no_configuration_at_all(agent: Program, language: str) -> None:
    assert agent.home is not None
    (agent.home / "agent.yaml").unlink()

    assert_clear(tell(agent, "backup", "run", "--lang", language), 78, language, "agent.yaml")


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def test_a_port_that_another_program_has(tmp_path: Path, taken_port: int, language: str) -> None:
    controller = Program("lachan-controller", tmp_path / "controller")
    url = f"https://127.0.0.1:{taken_port}"
    controller.run("init", "--url", url, "--province", "X", "--name", "Sở Y tế")

    told = tell(controller, "serve", "--lang", language)

    assert_clear(told, 78, language, f"127.0.0.1:{taken_port}")


def test_a_metrics_port_that_another_program_has(
    agent: Program, taken_port: int, language: str
) -> None:
    edit(agent, controller=None, datasets=[], sites=[], integrity=[])
    edit(agent, metrics={"listen": f"127.0.0.1:{taken_port}"})

    told = tell(agent, "run", "--lang", language)

    assert_clear(told, 78, language, f"127.0.0.1:{taken_port}")


def test_a_second_controller_on_the_same_home(province: Province, language: str) -> None:
    assert_clear(tell(province.stage.controller, "serve", "--lang", language), 78, language)


def test_the_sentences_are_not_the_same_in_both_languages(agent: Program, language: str) -> None:
    sentences = {tell(agent, "join", "--lang", one, text="x").line(ERROR[one]) for one in LANGUAGES}

    assert len(sentences) == len(LANGUAGES), language
