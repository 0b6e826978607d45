"""A hospital, its append-only site with a janitor, and a thief who holds all that the server holds.

Time is driven: the janitor looks every 20 s of it, the agent asks every 30 s.
"""

import contextlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from agent.backup.retention import strangers
from agent.config.model import Site
from agent.host import LocalHost
from agent.restic import rclone_wire
from agent.restic.door import Restic
from agent.restic.environment import Repository, Workplace
from agent.sites import janitor_call
from agent.sites.janitor.run import Settings, place_of, run
from agent.sites.janitor_answer import Says, rogue_number, signs
from demo.ssh_site import SshSite
from tests.agent.sites.janitor.store import DrivenClock
from tests.security.site.conftest import NAME, Thief
from wire.verdicts import HeldBy

JANITOR_EVERY_S, AGENT_ASKS_EVERY_S = 20.0, 30.0
BACK_WITHIN_S = 15 * 60.0
TOLD_WITHIN_S = 60.0
BY_THE_DRIVEN_CLOCK = {"JANITOR_SILENT"}  # the machine's own clock stands beside the driven one


@dataclass
class Ground:
    """The site after its last good point, the keys to it, and the clock of all of them."""

    site: SshSite
    thief: Thief
    data: Path
    good: str  # the last good point
    clock: DrivenClock = field(default_factory=DrivenClock)
    known: set[str] = field(default_factory=set)

    @property
    def password(self) -> Path:
        return self.thief.folder / "password"

    def put(self, kind: str, *objects: tuple[str, bytes]) -> list[int | None]:
        """Store objects through the real forced command, as restic's own protocol does."""
        return self.say(*(("POST", f"/{kind}/{name}", raw) for name, raw in objects))

    def say(self, *requests: tuple[str, str, bytes | None]) -> list[int | None]:
        """The statuses of requests over one connection: method, path, body."""
        argv = ["ssh", "-F", str(self.thief.configuration), "-T", NAME]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as ssh:
            assert ssh.stdin is not None
            assert ssh.stdout is not None
            write = flushing(ssh.stdin)
            write(rclone_wire.opening())
            statuses = []
            for number, (method, path, body) in enumerate(requests):
                stream = 2 * number + 1
                write(rclone_wire.request(stream, method, path, body))
                statuses.append(rclone_wire.answer(stream, ssh.stdout.read, write).status)
            ssh.stdin.close()
            ssh.terminate()
        return statuses

    def look(self) -> None:
        """One run of the janitor at the site; it has no key."""
        run(place_of(self.site.repository), self.clock, Settings())

    def ask(self) -> Says:
        """What the probe key hears."""
        says = janitor_call.call(self.described, self.thief.folder / "ssh", LocalHost())
        assert says is not None
        return says

    def heal(self) -> None:
        """What the agent does by itself: ask, open what is new, remove locks of the dead."""
        locks = len(list((self.site.repository / "locks").iterdir()))
        kinds = strangers.kinds_to_open(locks, changed=True)
        found = strangers.look(self.restic, kinds, self.known)
        self.known |= found.opened
        if found.strangers:
            folder = self.thief.folder / "ssh"
            janitor_call.set_aside(self.described, folder, LocalHost(), found.strangers)

    @property
    def described(self) -> Site:
        return Site(
            name=NAME,
            kind="append_only_ssh",
            held_by=HeldBy.HOSTED,
            user=self.site.user,
            host=self.site.host,
            port=self.site.port,
            probe_key_file=self.site.probe_key_file,
            known_hosts_file=self.site.known_hosts_file,
        )

    @property
    def restic(self) -> Restic:
        program = f"rclone.program=ssh -F {self.thief.configuration} -T {NAME}"
        repository = Repository(NAME, f"rclone:{NAME}", self.password, (program,))
        return Restic(repository, Workplace(self.thief.folder / "work", path=self.thief.path))

    def told_after_s(self) -> float:
        """From the attack until the agent knows of it, at the pace of both."""
        began, asked_s = self.clock.monotonic(), 0.0
        while self.clock.monotonic() - began <= 10 * TOLD_WITHIN_S:
            self.clock.go(JANITOR_EVERY_S)
            self.look()
            if self.clock.monotonic() - began >= asked_s + AGENT_ASKS_EVERY_S:
                asked_s += AGENT_ASKS_EVERY_S
                self.heal()
                says = self.ask()
                if rogue_number(says) or set(signs(says, None)) - BY_THE_DRIVEN_CLOCK:
                    return self.clock.monotonic() - began
        raise AssertionError("nobody was told")

    def back_after_s(self) -> float:
        """From now until a backup goes through again, without a person."""
        began = self.clock.monotonic()
        while not self.backs_up():
            assert self.clock.monotonic() - began <= BACK_WITHIN_S, "backups stay blocked"
            for _ in range(3):
                self.clock.go(60.0)
                self.look()
            self.heal()
        return self.clock.monotonic() - began

    def backs_up(self, wait_s: float = 60.0) -> bool:
        """Some restics go on trying for minutes: that is no."""
        words = ("backup", "--host", "fs-01", "--force", str(self.data))
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.thief.restic(*words, wait_s=wait_s).returncode == 0
        return False

    def restores(self) -> bool:
        """Every byte of the last good point."""
        target = self.thief.folder / "restored"
        shutil.rmtree(target, ignore_errors=True)
        done = self.thief.restic("restore", self.good, "--target", str(target), wait_s=20.0)
        back = target / self.data.relative_to("/")
        return done.returncode == 0 and content(back) == content(self.data)


def flushing(stream: IO[bytes]) -> Callable[[bytes], None]:
    def write(raw: bytes) -> None:
        stream.write(raw)
        stream.flush()

    return write


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }
