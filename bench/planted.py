"""What others do to files in the minute of an upgrade, each in another way, by other programs."""

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_SH = "/bin/sh"


@dataclass(frozen=True)
class Plant:
    """One change. `{r}` stands for the root; `path` is what must stay visible."""

    name: str
    path: str
    command: str
    before: str = ""  # what makes it possible, long before the upgrade
    during: bool = False  # while dpkg is at work
    more: tuple[str, ...] = ()  # other paths that it touches

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path, *self.more)

    def prepare(self, root: Path) -> None:
        if self.before:
            _run(self.before, root)

    def do(self, root: Path) -> None:
        _run(self.command, root)


def _run(command: str, root: Path) -> None:
    text = command.replace("{r}", shlex.quote(str(root))).replace("{python}", sys.executable)
    subprocess.run([_SH, "-ec", text], check=True)


_CAPABILITY = (
    "import os; os.setxattr('{r}/usr/lib/kham1/0005', 'security.capability',"
    " bytes.fromhex('0100000200200000000000000000000000000000'))"
)
PLANTS = (
    Plant(
        "a program beside others", "/usr/bin/evil", "printf evil > {r}/usr/bin/evil", during=True
    ),
    Plant(
        "a schedule",
        "/etc/cron.d/evil",
        "printf evil > {r}/etc/cron.d/evil",
        "mkdir -p {r}/etc/cron.d",
        during=True,
    ),
    Plant("a schedule that a package's own script made", "/etc/cron.d/by-script", "true"),
    Plant(
        "a unit",
        "/etc/systemd/system/evil.service",
        "printf evil > {r}/etc/systemd/system/evil.service",
        "mkdir -p {r}/etc/systemd/system",
        during=True,
    ),
    Plant(
        "content of the package's own file",
        "/usr/lib/kham0/0001",
        "printf evil > {r}/usr/lib/kham0/0001",
    ),
    Plant("setuid", "/usr/bin/kham0", "chmod u+s {r}/usr/bin/kham0"),
    Plant("setgid", "/usr/bin/kham1", "chmod g+s {r}/usr/bin/kham1"),
    Plant("written by everybody", "/usr/lib/kham0/0002", "chmod 666 {r}/usr/lib/kham0/0002"),
    Plant("another owner", "/usr/lib/kham0/0003", "chown 65534 {r}/usr/lib/kham0/0003"),
    Plant("a capability", "/usr/lib/kham1/0005", f'{{python}} -c "{_CAPABILITY}"'),
    Plant("a file beside", "/usr/lib/kham0/9999", "printf evil > {r}/usr/lib/kham0/9999"),
    Plant(
        "a link that leads elsewhere",
        "/usr/lib/kham0/link",
        "ln -sfn /tmp/evil {r}/usr/lib/kham0/link",
    ),
    Plant(
        "a file that became a link",
        "/usr/lib/kham0/0004",
        "rm {r}/usr/lib/kham0/0004; ln -s /tmp/evil {r}/usr/lib/kham0/0004",
    ),
    Plant("a configuration file", "/etc/kham0.conf", "printf 'evil = 1' >> {r}/etc/kham0.conf"),
    Plant("a deleted file", "/usr/lib/kham0/0006", "rm {r}/usr/lib/kham0/0006"),
    Plant(
        "a file moved onto another",
        "/usr/lib/kham0/0007",
        "printf evil > {r}/usr/lib/kham0/x; mv {r}/usr/lib/kham0/x {r}/usr/lib/kham0/0007",
        more=("/usr/lib/kham0/x",),
    ),
    Plant(
        "what looks like dpkg's own work",
        "/usr/bin/kham1.dpkg-new",
        "printf evil > {r}/usr/bin/kham1.dpkg-new",
    ),
    Plant(
        "a second name for a program",
        "/opt/second",
        "ln {r}/usr/bin/kham2 {r}/opt/second",
        "mkdir -p {r}/opt",
        more=("/usr/bin/kham2",),
    ),
    Plant(
        "a program that is named dpkg",
        "/usr/lib/kham1/0007",
        "cp /bin/cp {r}/opt/dpkg; printf evil > {r}/opt/x;"
        " {r}/opt/dpkg {r}/opt/x {r}/usr/lib/kham1/0007",
        more=("/opt/dpkg", "/opt/x"),
    ),
    Plant(
        "a file of a package that was not upgraded",
        "/usr/lib/quiet/0001",
        "printf evil > {r}/usr/lib/quiet/0001",
    ),
    Plant(
        "the sums themselves",
        "/var/lib/dpkg/info/kham3.md5sums",
        "printf x >> {r}/var/lib/dpkg/info/kham3.md5sums",
    ),
    Plant(
        "a content together with its sum",
        "/usr/lib/kham3/0001",
        "printf evil > {r}/usr/lib/kham3/0001; sum=$(md5sum < {r}/usr/lib/kham3/0001 | cut -c1-32);"
        ' sed -i "s|.* usr/lib/kham3/0001|$sum  usr/lib/kham3/0001|"'
        " {r}/var/lib/dpkg/info/kham3.md5sums",
        more=("/var/lib/dpkg/info/kham3.md5sums",),
    ),
)
