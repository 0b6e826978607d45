"""Policies and playbooks come from the controller's signed copy, else from the package."""

from pathlib import Path

import pytest

from agent.config.home import home_at
from agent.library import NotInLibraryError, playbook, playbooks, policy
from wire.verdicts import Regime


def test_the_installed_policy_is_found() -> None:
    assert b"tcvn-14423-2026.level-3" in policy((), Regime.ND331, 3)


def test_a_level_without_policy_is_an_error_and_no_empty_one() -> None:
    with pytest.raises(NotInLibraryError):
        policy((), Regime.ND331, 9)


def test_the_installed_playbook_is_found_by_its_name(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    assert "recovery/file-server-lost" in dict(playbooks(home))
    assert playbook(home, "recovery/file-server-lost")


def test_a_signed_playbook_hides_the_installed_one(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    copy = home.state_dir / "library/playbooks/recovery/file-server-lost.yaml"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"signed")
    assert playbook(home, "recovery/file-server-lost") == b"signed"
