"""An agent at a site vouches for its answer: its own key, our number, exactly what was heard."""

import base64
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agent.config.home import home_at
from agent.daemon.work.sites import site_answer
from agent.sites import site_agent
from agent.sites.probe.answer import Self
from agent.sites.probe.errors import SignedAnswerError
from agent.sites.probe.kinds import look_at_site
from agent.sites.site_agent import Question, SignedSelf
from demo.ssh_site import SshSite
from recovery.places import FileSystem
from tests.agent.probes.fakes import FORGED, forced, ssh_place
from wire.envelope import seal
from wire.keys import SigningKey, fingerprint, fingerprint_digits

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SEEN = Self(boot_id="52a995ba-c2e3-4776-a2bb-80a615233be0", filesystem=FileSystem(7, 9, 4096))
KEY = SigningKey.generate(os.urandom)
FINGERPRINT = fingerprint_digits(fingerprint(KEY.public))


def question() -> Question:
    return site_agent.ask(FINGERPRINT, os.urandom)


def signed(asked: Question, key: SigningKey = KEY, seen: Self = SEEN) -> Self:
    return replace(SEEN, signed=site_agent.answer(asked.nonce, seen, key, NOW))


def test_the_expected_agent_is_believed() -> None:
    asked = question()
    site_agent.check(asked, signed(asked))


def test_an_older_answer_is_refused() -> None:
    with pytest.raises(SignedAnswerError, match="older"):
        site_agent.check(question(), signed(question()))


def test_another_agent_is_refused() -> None:
    asked = question()
    with pytest.raises(SignedAnswerError, match="another agent"):
        site_agent.check(asked, signed(asked, SigningKey.generate(os.urandom)))


@pytest.mark.parametrize(
    "heard",
    [
        replace(SEEN, boot_id="11111111-2222-3333-4444-555555555555"),
        replace(SEEN, filesystem=FileSystem(8, 9, 4096)),
        replace(SEEN, filesystem=None),
    ],
)
def test_what_the_probe_heard_must_be_what_was_signed(heard: Self) -> None:
    asked = question()
    told = replace(heard, signed=site_agent.answer(asked.nonce, SEEN, KEY, NOW))
    with pytest.raises(SignedAnswerError, match="something else"):
        site_agent.check(asked, told)


@pytest.mark.parametrize("text", [None, "", "YWJj", "####", base64.b64encode(b"{}" * 9).decode()])
def test_no_signature_is_none(text: str | None) -> None:
    with pytest.raises(SignedAnswerError):
        site_agent.check(question(), replace(SEEN, signed=text))


def test_a_signature_of_another_kind_is_refused() -> None:
    """What an agent signs elsewhere cannot be brought here."""
    asked = question()
    body = SignedSelf(asked.nonce, KEY.public.to_base64(), SEEN.boot_id or "", 7, 9, 4096, NOW)
    raw = base64.b64encode(seal("heartbeat", msgspec.json.encode(body), KEY)).decode()
    with pytest.raises(SignedAnswerError):
        site_agent.check(asked, replace(SEEN, signed=raw))


@pytest.mark.parametrize("nonce", ["", "zz", "a" * 63, "A" * 64, "a" * 65, "../../etc/passwd"])
def test_a_number_that_is_none_of_ours_is_not_signed(tmp_path: Path, nonce: str) -> None:
    with pytest.raises(SignedAnswerError):
        site_answer.signed_answer(home_at(tmp_path), nonce, tmp_path)


@pytest.fixture
def at_site(ssh_site_b: SshSite, tmp_path: Path) -> tuple[str, str]:
    """The probe's command at a site with an agent, and that agent's fingerprint."""
    script = Path(__file__).parents[3] / "deploy" / "site" / "probe.sh"
    agent = tmp_path / "lachan-agent"
    agent.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m agent.cli "$@"\n')
    agent.chmod(0o755)
    home = tmp_path / "home"
    run = subprocess.run(
        [str(agent), "--home", str(home), "site", "answer"],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    words = ("/bin/sh", str(script), str(ssh_site_b.repository.parent), str(home), str(agent))
    inside = f"cd {shlex.quote(str(Path(__file__).parents[3]))}; {shlex.join(words)}"
    return inside, run.stdout.strip()


def test_a_real_agent_at_a_real_site_vouches(ssh_site_b: SshSite, at_site: tuple[str, str]) -> None:
    command, own = at_site
    with forced(ssh_site_b, "probe_key", command):
        known = look_at_site(ssh_place(ssh_site_b, agent_fingerprint=own), os.urandom)
        other = look_at_site(ssh_place(ssh_site_b, agent_fingerprint="ab" * 32), os.urandom)
        nobody = look_at_site(ssh_place(ssh_site_b), os.urandom)
    assert (known.place.own_agent, known.unsigned) == (True, None)
    assert (other.place.own_agent, str(other.unsigned)[:9]) == (False, "The agent")
    assert (nobody.place.own_agent, nobody.unsigned) == (False, None)
    assert other.place.boot_id == known.place.boot_id  # it is heard all the same


def test_what_is_changed_on_its_way_is_not_vouched_for(
    ssh_site_b: SshSite, at_site: tuple[str, str]
) -> None:
    command, own = at_site
    with forced(ssh_site_b, "probe_key", f"({command}) | {' '.join(FORGED.split())}"):
        look = look_at_site(ssh_place(ssh_site_b, agent_fingerprint=own), os.urandom)
    assert look.unsigned is not None
    assert look.place.own_agent is False
