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
    spoils: str = ""  # a package of which nothing can be believed any more
    is_patient: bool = False  # it also changes what the others' proofs rest on

    @property
    def paths(self) -> tuple[str, ...]:
        return (self.path, *self.more)

    def prepare(self, root: Path) -> None:
        if self.before:
            _run(self.before, root)

    def begin(self, root: Path) -> subprocess.Popen[bytes]:
        """Beside what happens else."""
        return subprocess.Popen(_argv(self.command, root))


def _run(command: str, root: Path) -> None:
    subprocess.run(_argv(command, root), check=True)


def _argv(command: str, root: Path) -> list[str]:
    text = command.replace("{r}", shlex.quote(str(root))).replace("{python}", sys.executable)
    return [_SH, "-ec", text]


_INFO = "{r}/var/lib/dpkg/info"
_STATUS = "{r}/var/lib/dpkg/status"
_LOG = "{r}/var/log/dpkg.log"
_RECORDS = ("/var/lib/dpkg/status", "/var/log/dpkg.log")
_NOW = "$(date '+%Y-%m-%d %H:%M:%S')"


def _with_its_sum(name: str) -> str:
    """A file of this small package is changed, and its line among the package's sums."""
    path = f"usr/lib/{name}/0001"
    return (
        f"printf evil > {{r}}/{path}; sum=$(md5sum < {{r}}/{path} | cut -c1-32);"
        f' sed -i "s|.* {path}|$sum  {path}|" {_INFO}/{name}.md5sums;'
    )


def _conffile_with_its_sum(name: str) -> str:
    conf = f"/etc/{name}.conf"
    return (
        f"printf 'evil = 1' > {{r}}{conf}; sum=$(md5sum < {{r}}{conf} | cut -c1-32);"
        f' sed -i "s|^ {conf} .*| {conf} $sum|" {_STATUS};'
    )


def _logged(*lines: str) -> str:
    return "".join(f' printf "%s\\n" "{_NOW} {line}" >> {_LOG};' for line in lines)


def _touched(name: str) -> str:
    return f" touch {_INFO}/{name}.list; touch {_STATUS};"


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
        "/var/lib/dpkg/info/nho7.md5sums",
        f"printf '{'0' * 32}  usr/none\\n' >> {_INFO}/nho7.md5sums",
        spoils="nho7",
    ),
    Plant(
        "a content together with its sum",
        "/usr/lib/nho0/0001",
        _with_its_sum("nho0"),
        more=("/var/lib/dpkg/info/nho0.md5sums",),
        spoils="nho0",
    ),
    Plant(
        "sums that take the place of others, with their times",
        "/usr/lib/nho1/0001",
        f"cp -p {_INFO}/nho1.md5sums {_INFO}/x;"
        + _with_its_sum("nho1").replace("nho1.md5sums", "x")
        + f" touch -r {_INFO}/nho1.md5sums {_INFO}/x; mv {_INFO}/x {_INFO}/nho1.md5sums",
        more=("/var/lib/dpkg/info/nho1.md5sums", "/var/lib/dpkg/info/x"),
        spoils="nho1",
    ),
    Plant(
        "content, sum, and all that dpkg writes touched, two seconds later",
        "/usr/lib/nho2/0001",
        "sleep 2; " + _with_its_sum("nho2") + _touched("nho2"),
        more=("/var/lib/dpkg/info/nho2.md5sums", "/var/lib/dpkg/info/nho2.list", *_RECORDS),
        spoils="nho2",
        is_patient=True,
    ),
    Plant(
        "the same before dpkg has configured the package",
        "/usr/lib/nho3/0001",
        f"until grep -q 'status unpacked nho3:all 1.1' {_LOG}; do sleep 0.05; done; sleep 1.1; "
        + _with_its_sum("nho3")
        + _touched("nho3"),
        during=True,
        more=("/var/lib/dpkg/info/nho3.md5sums", "/var/lib/dpkg/info/nho3.list", *_RECORDS),
        spoils="nho3",
        is_patient=True,
    ),
    Plant(
        "a forged line of dpkg's log: installed once more",
        "/usr/lib/nho4/0001",
        _logged(
            "startup archives unpack",
            "upgrade nho4:all 1.0 1.1",
            "status half-installed nho4:all 1.1",
            "status unpacked nho4:all 1.1",
            "configure nho4:all 1.1 <none>",
            "status installed nho4:all 1.1",
        )
        + _with_its_sum("nho4")
        + _touched("nho4"),
        more=("/var/lib/dpkg/info/nho4.md5sums", "/var/lib/dpkg/info/nho4.list", *_RECORDS),
        spoils="nho4",
        is_patient=True,
    ),
    Plant(
        "a forged line of dpkg's log: the configuration comes later",
        "/etc/nho5.conf",
        _logged("configure nho5:all 1.1 <none>", "status installed nho5:all 1.1")
        + _conffile_with_its_sum("nho5"),
        more=_RECORDS,
        is_patient=True,
    ),
    Plant(
        "a configuration file together with its sum",
        "/etc/nho6.conf",
        _conffile_with_its_sum("nho6"),
        more=_RECORDS,
        is_patient=True,
    ),
)
SMALL = tuple(f"nho{number}" for number in range(8))  # packages of a few files
