"""Policies and playbooks come from the controller's signed copy, else from the package."""

from pathlib import Path

import pytest

from agent.config.home import home_at
from agent.library import NotInLibraryError, playbook, playbooks, policy
from wire.verdicts import Regime


def test_the_installed_policy_is_found(tmp_path: Path) -> None:
    assert b"tcvn-14423-2026.level-3" in policy(home_at(tmp_path), Regime.ND331, 3)


def test_a_signed_copy_goes_before_the_installed_policy(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    copy = home.state_dir / "library/policies/tcvn-14423-2026/level-3.yaml"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"signed")
    assert policy(home, Regime.ND331, 3) == b"signed"


def test_a_level_without_policy_is_an_error_and_no_empty_one(tmp_path: Path) -> None:
    with pytest.raises(NotInLibraryError):
        policy(home_at(tmp_path), Regime.ND331, 9)


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
