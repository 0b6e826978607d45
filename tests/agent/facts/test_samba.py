"""Our reading of smb.conf against Samba's own: `testparm` and the parser say the same."""

import subprocess
from pathlib import Path

import pytest

from agent.facts import samba, smb_conf
from agent.host import LocalHost

MAIN = """# stock
[global]
   workgroup = X
   Map To Guest = bad user
   LanMan Auth = TRUE
   include = {folder}/etc/samba/more.conf
   min protocol = NT1
[Chung]
   path = /srv/chung
   Public = Yes
   available = 0
; valid users = @his
[his]
   path = /srv/his
   valid users = @his, \\
      tam
[CHUNG]
   available = true
"""
MORE = """[kho]
   path = /srv/kho
   hosts allow = 10.
[global]
   ntlmauth = yes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "etc/samba"
    place.mkdir(parents=True)
    (place / "smb.conf").write_text(MAIN.format(folder=tmp_path))
    (place / "more.conf").write_text(MORE)
    return tmp_path


def test_the_parser_says_what_samba_says(folder: Path) -> None:
    command = ["testparm", "-s", "-v", str(folder / "etc/samba/smb.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = samba.parse(done.stdout)
    (folder / str(folder)[1:]).mkdir(parents=True)
    (folder / str(folder)[1:] / "etc").symlink_to("/etc")
    ours = smb_conf.collect(LocalHost(folder))
    assert set(ours) == set(theirs)
    for name in ("map to guest", "lanman auth", "ntlm auth", "null passwords", "guest ok"):
        assert ours["global"][name] == theirs["global"][name], name
    assert ours["global"]["server min protocol"] == theirs["global"]["server min protocol"]
    for share, words in (("chung", "guest ok"), ("his", "valid users"), ("kho", "path")):
        assert ours[share][words].replace(",", " ").split() == theirs[share][words].split()
    assert "available" not in theirs["chung"]  # the last word is the default again
    assert ours["chung"]["available"] == "yes"
