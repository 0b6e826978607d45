"""A site that answers the probe as an enemy is refused in time, and says nothing to a screen."""

import os
import time
from pathlib import Path

import pytest

from agent.sites.probe.answer import MAX_BYTES
from agent.sites.probe.errors import ProbeAnswerError, UnreachableError
from agent.sites.probe.kinds import look_at_site
from agent.sites.probe.ssh import Caller, session
from demo.ssh_site import SshSite
from tests.agent.probes.fakes import forced, ssh_place
from texts.shell import sentence_of


@pytest.mark.parametrize(
    "command",
    [
        "cat /dev/zero",
        "yes",
        "head -c 70000 /dev/zero | tr '\\0' a",
        "echo version 1; yes boot_id | head -c 90000; echo end 1",
        "printf 'version 1\\nboot_id \\033[31m\\nend 1\\n'",
        "printf 'version 1\\nmount_type \\033]0;owned\\007\\nend 1\\n'",
        "echo version 1; echo filesystem 1 1 1 99999999999999999999; echo end 1",
        "echo version 1; echo filesystem -1 0 0 0; echo end 1",
        "echo",
        "true",
    ],
)
def test_a_hostile_answer_is_refused(ssh_site_b: SshSite, command: str) -> None:
    with forced(ssh_site_b, "probe_key", command):
        look = look_at_site(ssh_place(ssh_site_b), os.urandom)
    assert isinstance(look.fault, ProbeAnswerError)
    assert look.place.boot_id is None
    assert sentence_of(look.fault).isprintable()


def test_no_more_than_needed_is_taken(ssh_site_b: SshSite) -> None:
    caller = caller_of(ssh_site_b)
    with forced(ssh_site_b, "probe_key", "cat /dev/zero"), session(caller) as opened:
        assert len(opened.ask()) <= 2 * MAX_BYTES


def test_a_site_that_never_ends_is_left(ssh_site_b: SshSite) -> None:
    caller = caller_of(ssh_site_b, timeout_s=0.5)
    with forced(ssh_site_b, "probe_key", "exec tail -f /dev/null"), session(caller) as opened:
        began = time.monotonic()
        with pytest.raises(UnreachableError):
            opened.ask()
        assert time.monotonic() - began < 5


def test_a_site_that_drips_is_left(ssh_site_b: SshSite) -> None:
    """Each byte comes in time, the answer never does."""
    caller = caller_of(ssh_site_b, ends_after_s=1.0)
    dripping = "while :; do printf a; sleep 0.05; done"
    began = time.monotonic()
    with forced(ssh_site_b, "probe_key", dripping), session(caller) as opened:
        opened.ask()
        with pytest.raises(UnreachableError):
            opened.ask()
    assert time.monotonic() - began < 10


def caller_of(site: SshSite, timeout_s: float = 15.0, ends_after_s: float = 60.0) -> Caller:
    files = (site.probe_key_file, site.known_hosts_file)
    place = (site.host, site.port, site.user)
    return Caller("b", *place, *files, timeout_s=timeout_s, ends_after_s=ends_after_s)


@pytest.mark.parametrize(
    "server",
    [
        "cat /dev/zero",
        "printf '\\377\\377\\377\\377'; cat /dev/zero",
        "printf '\\000\\360\\000\\000'; cat /dev/zero",  # 15 MiB are announced
        "yes",
        "true",
    ],
)
def test_an_sftp_server_that_lies_about_lengths_is_left(
    ssh_site_b: SshSite, tmp_path: Path, server: str
) -> None:
    site = ssh_place(ssh_site_b, kind="sftp", path=tmp_path, probe_key_file=None)
    began = time.monotonic()
    with forced(ssh_site_b, "agent_key", server):
        look = look_at_site(site, os.urandom)
    assert isinstance(look.fault, UnreachableError)
    assert time.monotonic() - began < 10
    assert sentence_of(look.fault).isprintable()
