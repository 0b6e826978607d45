"""Joining over real TLS: who is believed, and what each wrong token is answered with."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import Home
from agent.config.load import load
from agent.config.problems import ConfigurationProblemsError
from agent.daemon.app import App
from agent.daemon.joining import join_host
from agent.daemon.reporting import send_evidence
from agent.daemon.tell import tell
from agent.uplink.errors import (
    AnswerError,
    CertificateTimeError,
    JoinedElsewhereError,
    TokenExpiredError,
    TokenUnreadableError,
    TokenUsedError,
    TokenWrongError,
    UnreachableError,
    WrongServerError,
)
from agent.uplink.identity import read_membership
from tests.agent.uplink.stand_in import StandIn, make_stand_in, running
from wire.keys import SigningKey
from wire.messages import Gap, Incarnation


def joins(home: Home, token: str) -> None:
    join_host(home, token, SystemClock(), os.urandom)


def test_joining_writes_configuration_authority_and_membership(
    home: Home, controller: StandIn
) -> None:
    joins(home, controller.token())
    membership = read_membership(home)
    assert membership is not None
    assert membership.agent in controller.agents
    config = load(home)
    assert config.facility == "GL-BVDK"
    assert config.controller is not None
    assert config.controller.url == controller.url


def test_secrets_are_readable_by_their_owner_only(home: Home, controller: StandIn) -> None:
    joins(home, controller.token())
    files = list(home.secrets.iterdir())
    assert len(files) >= 5
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert home.secrets.stat().st_mode & 0o777 == 0o700


def test_the_token_stays_nowhere_on_disk(home: Home, controller: StandIn) -> None:
    token = controller.token()
    joins(home, token)
    files = [file for file in home.config_dir.rglob("*") if file.is_file()]
    secret = b"s3cret-of-the-token"
    assert not [file for file in files if secret in file.read_bytes()]


def test_joining_again_says_so_and_asks_nothing(home: Home, controller: StandIn) -> None:
    token = controller.token()
    joins(home, token)
    before = len(controller.nonces)
    assert join_host(home, token, SystemClock(), os.urandom).already
    assert len(controller.nonces) == before


def test_what_was_sealed_alone_is_sent_after_joining(
    home: Home, controller: StandIn, opened: Callable[[Home], App]
) -> None:
    home.agent_yaml.write_text("facility: GL-BVDK\n")
    alone = opened(home)
    tell(alone, Gap("integrity", "test"))
    lonely_chain = alone.outbox.head().incarnation
    joins(home, controller.token())
    sent = send_evidence(opened(home))
    assert sent.waiting == 0
    assert controller.kinds == ["incarnation", "gap"]
    opening = controller.bodies("incarnation")[0]
    assert isinstance(opening, Incarnation)
    assert opening.previous_incarnation == lonely_chain


def test_the_configuration_of_a_person_is_kept(home: Home, controller: StandIn) -> None:
    home.agent_yaml.write_text("# ours\nsystems: [{code: FS-01, regime: ND331, level: 2}]\n")
    joins(home, controller.token())
    assert home.agent_yaml.read_text().startswith("# ours\nsystems: [{code")
    assert load(home).systems[0].level == 2


def test_another_facility_in_the_configuration_saves_the_token(
    home: Home, controller: StandIn
) -> None:
    home.agent_yaml.write_text("facility: OTHER\n")
    with pytest.raises(ConfigurationProblemsError, match="GL-BVDK"):
        joins(home, controller.token())
    assert controller.enrolled_key == ""


@pytest.mark.parametrize("text", ["", "LACHAN1.", "LACHAN1.AAAA", "LACHAN2.x", "hello", "\0" * 99])
def test_what_is_no_token_is_refused_before_anything_is_asked(home: Home, text: str) -> None:
    with pytest.raises(TokenUnreadableError) as refusal:
        joins(home, text)
    assert refusal.value.exit_code == 64


def test_a_used_token_is_named(home: Home, controller: StandIn) -> None:
    controller.enrolled_key = "somebody"
    with pytest.raises(TokenUsedError):
        joins(home, controller.token())
    assert read_membership(home) is None


def test_a_wrong_token_is_named(home: Home, controller: StandIn) -> None:
    with pytest.raises(TokenWrongError):
        joins(home, controller.token(secret="another"))  # noqa: S106


def test_an_expired_token_is_named(home: Home, controller: StandIn) -> None:
    controller.token_expired = True
    with pytest.raises(TokenExpiredError):
        joins(home, controller.token())


def test_an_authority_that_the_token_does_not_name_is_refused(
    home: Home, controller: StandIn
) -> None:
    with pytest.raises(WrongServerError):
        joins(home, controller.token(ca_pin="0" * 64))
    assert controller.enrolled_key == ""


def test_a_certificate_of_another_authority_is_refused(
    home: Home, controller: StandIn, tmp_path: Path
) -> None:
    """The impostor shows the right authority, but cannot have its signature."""
    impostor = make_stand_in(tmp_path / "impostor")
    impostor.authority = type(impostor.authority)(
        controller.authority.pem, controller.authority.pin, impostor.authority.server_file
    )
    with running(impostor), pytest.raises(WrongServerError):
        joins(home, controller.token(url=impostor.url))
    assert impostor.enrolled_key == ""


def test_an_answer_of_another_order_key_is_refused(home: Home, controller: StandIn) -> None:
    token = controller.token()
    controller.order_key = SigningKey.generate(os.urandom)
    with pytest.raises(AnswerError):
        joins(home, token)
    assert read_membership(home) is None


def test_a_lost_answer_is_asked_for_again_with_the_same_name(
    home: Home, controller: StandIn
) -> None:
    token = controller.token()
    good = controller.order_key
    controller.order_key = SigningKey.generate(os.urandom)
    with pytest.raises(AnswerError):
        joins(home, token)
    controller.order_key = good
    joins(home, token)
    membership = read_membership(home)
    assert membership is not None
    assert list(controller.agents) == [membership.agent]


def test_a_host_of_another_controller_is_not_taken_over(
    home: Home, controller: StandIn, tmp_path: Path
) -> None:
    joins(home, controller.token())
    with running(make_stand_in(tmp_path / "second")) as second, pytest.raises(JoinedElsewhereError):
        joins(home, second.token())


def test_no_controller_is_named_with_its_address(home: Home, tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path / "controller")
    with running(stand_in):
        token = stand_in.token()
    with pytest.raises(UnreachableError, match=stand_in.url) as refusal:
        joins(home, token)
    assert refusal.value.exit_code == 2


def test_a_clock_off_by_a_day_is_corrected_while_joining(
    home: Home, controller: StandIn, opened: Callable[[Home], App]
) -> None:
    controller.clock_ahead = timedelta(days=1)
    joins(home, controller.token())
    assert abs(opened(home).outbox.clock_offset_s() - 86_400) < 60


def test_a_certificate_from_the_future_names_the_clock(home: Home, tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path / "future", datetime.now(UTC) + timedelta(days=30))
    with running(stand_in), pytest.raises(CertificateTimeError):
        joins(home, stand_in.token())
