"""The door that packs get: what every user may read, below the public folders, and nothing else."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.errors import UnreadableFactError
from agent.files.public import Place, PublicHost, mount_of
from compliance.pack_rules import path_problem


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine whose folders and files everybody may read."""
    for folder in ("etc/app", "etc/lachan", "usr/share", "var/lib/dpkg", "srv/share", "home"):
        (tmp_path / folder).mkdir(parents=True)
    for place in (tmp_path, *tmp_path.rglob("*")):
        place.chmod(0o755)
    write(tmp_path / "etc/app/app.conf", "mode safe\n")
    write(tmp_path / "srv/share/patient.txt", "Nguyen Van A\n")
    return tmp_path


def write(file: Path, text: str, mode: int = 0o644) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


def door(root: Path, *private: str) -> PublicHost:
    return PublicHost(SystemClock(), private, root)


def reason(question: Callable[[], object]) -> str:
    with pytest.raises(UnreadableFactError) as raised:
        question()
    return raised.value.reason


def test_what_everybody_may_read_is_read(root: Path) -> None:
    host = door(root)
    assert host.read("/etc/app/app.conf") == "mode safe\n"
    assert host.listing("/etc/app") == ("app.conf",)
    assert (host.lstat("/etc/app/app.conf").kind, host.lstat("/etc/app").mode) == ("file", 0o755)
    assert reason(lambda: host.read("/etc/app/none.conf")) == "missing"


def test_a_link_inside_the_public_folders_is_followed(root: Path) -> None:
    write(root / "usr/share/os-release", "ID=debian\n")
    (root / "etc/os-release").symlink_to("../usr/share/os-release")
    (root / "etc/absolute").symlink_to("/usr/share/os-release")
    assert door(root).read("/etc/os-release") == "ID=debian\n"
    assert door(root).read("/etc/absolute") == "ID=debian\n"
    assert door(root).lstat("/etc/os-release").kind == "link"


@pytest.mark.parametrize("target", ["/srv/share/patient.txt", "../../srv/share/patient.txt"])
def test_a_link_that_leads_out_is_not_followed(root: Path, target: str) -> None:
    (root / "etc/app/link.conf").symlink_to(target)
    assert reason(lambda: door(root).read("/etc/app/link.conf")) == "pack_rules"


def test_a_folder_that_is_a_link_out_is_not_entered(root: Path) -> None:
    (root / "etc/share").symlink_to("/srv/share")
    host = door(root)
    for question in (
        lambda: host.read("/etc/share/patient.txt"),
        lambda: host.lstat("/etc/share/patient.txt"),
        lambda: host.lstat("/etc/share/nobody.txt"),  # and the answer does not say who is there
        lambda: host.listing("/etc/share"),
    ):
        assert reason(question) == "pack_rules"


def test_links_in_a_circle_end(root: Path) -> None:
    (root / "etc/a").symlink_to("b")
    (root / "etc/b").symlink_to("a")
    assert reason(lambda: door(root).read("/etc/a")) == "pack_rules"


@pytest.mark.parametrize("mode", [0o640, 0o600, 0o000, 0o622])
def test_a_file_that_others_may_not_read_is_refused_also_to_root(root: Path, mode: int) -> None:
    write(root / "etc/app/secret.conf", "password x\n", mode)
    assert reason(lambda: door(root).read("/etc/app/secret.conf")) == "pack_rules"


@pytest.mark.parametrize("mode", [0o750, 0o700, 0o754])
def test_a_folder_that_others_may_not_enter_closes_all_below(root: Path, mode: int) -> None:
    (root / "etc/app").chmod(mode)
    host = door(root)
    questions = [lambda: host.read("/etc/app/app.conf"), lambda: host.lstat("/etc/app/app.conf")]
    assert [reason(question) for question in questions] == ["pack_rules"] * 2
    (root / "etc/app").chmod(0o755)


@pytest.mark.parametrize("mode", [0o751, 0o711])
def test_a_folder_that_others_may_not_list_is_not_listed(root: Path, mode: int) -> None:
    (root / "etc/app").chmod(mode)
    assert reason(lambda: door(root).listing("/etc/app")) == "pack_rules"
    assert door(root).read("/etc/app/app.conf")


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "etc/app/pipe")
    (root / "etc/app/pipe").chmod(0o644)
    started = time.monotonic()
    assert reason(lambda: door(root).read("/etc/app/pipe")) == "pack_rules"
    assert time.monotonic() - started < 5


def test_a_huge_file_is_not_taken_in(root: Path) -> None:
    file = write(root / "etc/app/huge", "")
    os.truncate(file, 10 * 2**30)
    assert reason(lambda: door(root).read("/etc/app/huge")) == "too_large"


def test_a_second_name_of_a_file_elsewhere_is_refused(root: Path) -> None:
    os.link(root / "srv/share/patient.txt", root / "etc/app/second.conf")
    assert reason(lambda: door(root).read("/etc/app/second.conf")) == "pack_rules"


@pytest.mark.parametrize("private", ["/etc/app", "/etc/app/app.conf", "/etc"])
def test_nothing_inside_the_owners_private_folders_is_looked_at(root: Path, private: str) -> None:
    host = door(root, private)
    questions = [lambda: host.read("/etc/app/app.conf"), lambda: host.lstat("/etc/app/app.conf")]
    assert [reason(question) for question in questions] == ["pack_rules"] * 2


def test_a_link_from_a_public_place_into_a_private_one_is_not_followed(root: Path) -> None:
    (root / "etc/app2").symlink_to("app")
    assert reason(lambda: door(root, "/etc/app").read("/etc/app2/app.conf")) == "pack_rules"


def test_no_program_is_run(root: Path) -> None:
    assert reason(lambda: door(root).run(["true"], 1.0)) == "pack_rules"


def test_a_file_that_is_exchanged_again_and_again_never_shows_the_other(root: Path) -> None:
    """Between the look and the reading somebody puts a link to a patient's file in its place."""
    file, ended = root / "etc/app/app.conf", threading.Event()

    def exchange() -> None:
        other = root / "etc/app/.other"
        while not ended.is_set():
            other.symlink_to("/srv/share/patient.txt")
            other.rename(file)
            write(other, "mode safe\n").rename(file)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        said = {_text_or_reason(door(root), "/etc/app/app.conf") for _ in range(2000)}
    finally:
        ended.set()
        thread.join()
    assert said <= {"mode safe\n", "", "pack_rules", "missing"}
    assert "mode safe\n" in said


def _text_or_reason(host: PublicHost, path: str) -> str:
    try:
        return host.read(path)
    except UnreadableFactError as error:
        return error.reason


def test_a_mount_is_told_from_the_folder_that_it_lies_in() -> None:
    """/proc is another mount than /; so is every dataset that is mounted below /usr."""
    places = [os.open(path, os.O_PATH) for path in ("/proc", "/proc/sys/kernel", "/")]
    proc, below, outside = (
        mount_of(Place(str(number), number, os.fstat(number))) for number in places
    )
    for number in places:
        os.close(number)
    assert proc.startswith("mnt_id:")
    assert outside not in {proc, below}


def test_a_mount_below_a_public_folder_is_not_entered() -> None:
    host = PublicHost(SystemClock(), ())
    assert host.read("/proc/sys/kernel/ostype") == "Linux\n"
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    below = [mount for mount in mounts if mount.startswith(("/etc/", "/sys/", "/usr/"))]
    for mount in below:
        assert reason(lambda mount=mount: host.lstat(mount)) in {"pack_rules", "missing"}  # type: ignore[misc]


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/../srv/share/x", "/etc/./x", "/etc//x", "etc/x", "/etc/x/", "/sys/../etc/x"),
        *("/proc/self/root/etc/x", "/proc/1/environ", "/proc/sysrq", "/etcetera/x", "/"),
        *("/etc/lachan/secrets/agent.key", "/etc/lachan", "/home/a", "/var/lib/lachan/x"),
        *("/etc/shadow", "/etc/shadow-", "/etc/a\nb", "/etc/\x00", "/etc/\x1b[2J", "/run/x"),
        "/etc/" + "a" * 400,
    ],
)
def test_a_path_that_no_pack_may_name(root: Path, path: str) -> None:
    assert path_problem(path)
    assert reason(lambda: door(root).read(path)) == "pack_rules"


@pytest.mark.parametrize("name", ["passwd-", "shadow", "aliases", "subuid"])
def test_of_a_file_of_people_only_mode_and_owner_are_public(root: Path, name: str) -> None:
    write(root / "etc" / name, "root:x:0:0:Nguyen Van A:/root:/bin/sh\n")
    assert reason(lambda: door(root).read(f"/etc/{name}")) == "pack_rules"
    assert door(root).lstat(f"/etc/{name}").mode == 0o644


def test_a_link_to_the_list_of_people_is_not_followed(root: Path) -> None:
    """By its own name only our families ask for it; a pack could name the link."""
    write(root / "etc/passwd", "root:x:0:0:Nguyen Van A:/root:/bin/sh\n")
    (root / "etc/app/list").symlink_to("../passwd")
    (root / "etc/here").symlink_to(".")
    assert door(root).read("/etc/passwd")
    assert reason(lambda: door(root).read("/etc/app/list")) == "pack_rules"
    assert reason(lambda: door(root).read("/etc/here/passwd")) == "pack_rules"


def test_of_a_folder_outside_only_that_it_is_missing_is_told(root: Path) -> None:
    assert reason(lambda: door(root).listing("/run/sysctl.d")) == "missing"
    (root / "run/sysctl.d").mkdir(parents=True)
    assert reason(lambda: door(root).listing("/run/sysctl.d")) == "pack_rules"


def test_of_another_machines_files_nothing_of_its_kernel_is_told(root: Path) -> None:
    assert reason(lambda: door(root).read("/proc/sys/kernel/ostype")) == "other_root"
