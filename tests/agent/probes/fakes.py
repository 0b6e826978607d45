"""One machine that plays two: servers and answers that lie, on this machine."""

import contextlib
import os
import shlex
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.clock import SystemClock
from agent.config.places import Consent
from agent.config.sites import Site
from agent.sites.probe import between as probe_between
from agent.sites.probe import looking as probe
from agent.sites.probe.active import Means
from agent.sites.probe.between import HostGround
from agent.sites.probe.kinds import look_at_site
from demo.ssh_site import SshSite
from recovery.separation import overall
from wire.messages import SitePair
from wire.verdicts import HeldBy, Separation

FORGED = """
sed -e 's/^boot_id .*/boot_id 11111111-2222-3333-4444-555555555555/' \
    -e 's/^btime .*/btime 1700000000/' \
    -e 's/^machine_id .*/machine_id 0123456789abcdef0123456789abcdef/' \
    -e '/^board /d' -e '/^gateway /d'
"""
FORGED_DISK = """
awk '$1 == "filesystem" {$2 = "abcd"; $4 = 123456789} {print}'
"""


def ssh_place(place: SshSite, name: str = "b", **fields: object) -> Site:
    known = {
        "name": name,
        "kind": "append_only_ssh",
        "held_by": HeldBy.HOSTED,
        "user": place.user,
        "host": place.host,
        "port": place.port,
        "key_file": place.key_file,
        "probe_key_file": place.probe_key_file,
        "known_hosts_file": place.known_hosts_file,
    }
    return Site(**{**known, **fields})  # type: ignore[arg-type]


def folder_site(folder: Path, name: str = "a", **fields: object) -> Site:
    folder.mkdir(parents=True, exist_ok=True)
    known = {"name": name, "kind": "local", "held_by": HeldBy.OWNED, "path": folder}
    return Site(**{**known, **fields})  # type: ignore[arg-type]


def judged(data: Path, sites: Sequence[Site], clock: SystemClock | None = None) -> list[SitePair]:
    """As the agent's own look does it, without restic."""
    host = probe.look_at_host([data])
    looks = [look_at_site(site, os.urandom) for site in sites]
    passive = probe.judge_all(host, looks, None)
    decided = {
        frozenset({pair.a, pair.b}) for pair in passive if pair.verdict is Separation.NOT_SEPARATE
    }
    ground = HostGround(data.parent / "scratch", (data,))
    means = Means(clock or SystemClock(), os.urandom)
    both = list(zip(sites, looks, strict=True))
    found = probe_between.measure(ground, both, decided, means)
    return list(probe.judge_all(host, looks, None, found.between))


def worst(pairs: Sequence[SitePair]) -> Separation:
    return overall(pairs)


@contextlib.contextmanager
def forced(place: SshSite, key: str, command: str) -> Iterator[None]:
    """Another forced command for one of the keys, while the block runs."""
    file = place.folder / "authorized_keys"
    before = file.read_text()
    public = (place.folder / f"{key}.pub").read_text().strip()
    kept = [line for line in before.splitlines() if public not in line]
    escaped = command.replace('"', '\\"')
    file.write_text("\n".join([*kept, f'command="{escaped}",restrict {public}', ""]))
    try:
        yield
    finally:
        file.write_text(before)


def probe_command(place: SshSite | Path, *through: str) -> str:
    """The real probe's answer, changed on its way."""
    script = Path(__file__).parents[3] / "deploy" / "site" / "probe.sh"
    folder = place if isinstance(place, Path) else place.repository.parent
    told = f"/bin/sh {shlex.quote(str(script))} {shlex.quote(str(folder))}"
    return " | ".join((told, *(" ".join(one.split()) for one in through)))


def contained() -> tuple[str, ...]:
    """Words that run a program in a machine of its own, as far as the kernel allows it here."""
    for flags in (("--mount", "--uts"), ("--user", "--map-root-user", "--mount", "--uts")):
        words = ("unshare", *flags)
        tried = subprocess.run(
            [*words, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
        )
        if tried.returncode == 0:
            return words
    return ()


class Forwarder:
    """A port that leads to another one, as a DNAT rule or a delaying proxy does."""

    def __init__(self, target: int, *, family: int = socket.AF_INET, delay_s: float = 0.0) -> None:
        self.listener = socket.socket(family)
        self.listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.listener.listen()
        self.port: int = self.listener.getsockname()[1]
        self._target, self._delay_s = target, delay_s
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self.listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._delay_s:
                    time.sleep(self._delay_s)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def forwarded(place: SshSite, folder: Path, **how: object) -> Iterator[Site]:
    """The site again, at another port or address of this machine."""
    forwarder = Forwarder(place.port, **how)  # type: ignore[arg-type]
    host = "::1" if how.get("family") == socket.AF_INET6 else "127.0.0.1"
    key = place.known_hosts_file.read_text().split(" ", 1)[1]
    known = folder / f"known_hosts.{forwarder.port}"
    known.write_text(f"[{host}]:{forwarder.port} {key}")
    site = ssh_place(place, host=host, port=forwarder.port, known_hosts_file=known)
    try:
        yield site
    finally:
        forwarder.close()


def consenting(site: Site) -> Site:
    fields = {name: getattr(site, name) for name in site.__struct_fields__}
    return Site(**(fields | {"active_probes": Consent.YES}))
