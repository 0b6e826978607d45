"""The two hosts at one append-only site: what each leaves there for the other, and reads of it."""

from dataclasses import dataclass

from agent.backup.records.records import KnownRepository, Records
from agent.backup.records.site_facts import Said
from agent.backup.retention import clearance, taken
from agent.backup.retention.clearance import Clearance
from agent.backup.retention.notes import Desk
from agent.backup.retention.retaining import Announce, account
from agent.backup.retention.taken import Taken, Trust
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.open_reasons import open_reasons
from agent.daemon.work.backup.needed import needed_points
from agent.restic import reading
from agent.restic.door import Restic
from agent.state.lock import hold
from agent.uplink.identity import host_code
from recovery.retention_leave import Obstacle
from wire.keys import PublicKey

_LOCK = "clearance"
_PATIENCE_S = 300.0


def desk_of(app: App) -> Desk:
    return Desk(app.home.state_dir / "notes", host_code())


def trusts_of(app: App, records: Records) -> dict[str, Trust]:
    """By site whose notes count there; where nobody else removes, nobody's."""
    return {
        site.name: Trust(
            PublicKey.from_base64(site.maintained_by), needed_points(app, records, site.name)
        )
        for site in app.config.sites
        if site.maintained_by
    }


@dataclass(frozen=True, slots=True)
class Attended:
    """A site at which somebody else removes, seen from the protected server."""

    app: App
    records: Records
    site: Site
    restic: Restic

    def hear(self) -> None:
        """Read what the maintenance host took; what is gone besides is a loss.

        Raises:
            ResticError: the site could not be asked.
        """
        listed, now = reading.snapshots(self.restic), self.app.clock.now()
        trust = trusts_of(self.app, self.records).get(self.site.name)
        if trust is not None:
            taken.take_in(self.restic, listed, self.records, trust, now)
        account(self.records, self.site.name, listed, now)
        self.records.arrivals(self.site.name).see({one.id: one.at for one in listed}, now)

    def speak(self) -> tuple[Obstacle, ...]:
        """Say what stands open here this moment; without a repository there is nobody to say it to.

        One at a time: who looked before a hold was placed must not speak after it.

        Raises:
            ResticError: it could not be saved.
            BusyError: somebody else has been speaking for minutes.
        """
        with hold(self.app.home, _LOCK, wait_s=_PATIENCE_S, clock=self.app.clock):
            obstacles = open_reasons(self.app, self.records, self.site.name)
            known = self.records.repository(self.site.name)
            if known is not None:
                self._say(known.repository, tuple(one.value for one in obstacles))
        return obstacles

    def _say(self, repository: str, obstacles: tuple[str, ...]) -> None:
        now = self.app.clock.now()
        needed = needed_points(self.app, self.records, self.site.name)
        said = Clearance(repository, now, obstacles, tuple(sorted(needed)))
        clearance.leave(self.restic, desk_of(self.app), said)
        self.records.site_facts().put(self.site.name, Said(obstacles), now)


@dataclass(frozen=True, slots=True)
class Maintained:
    """The same site from the maintenance host."""

    app: App
    records: Records
    restic: Restic

    def repository(self) -> KnownRepository:
        """The one that this host has always maintained; at first the one that is there.

        Raises:
            ResticError: it could not be asked.
        """
        known = self.records.repository(self.restic.site)
        if known is None:
            found = reading.config(self.restic)
            known = KnownRepository(self.restic.site, found.id, found.chunker_polynomial)
            self.records.add_repository(known, self.app.clock.now())
        return known

    def hear(self) -> Clearance | None:
        """What the protected server said last.

        Raises:
            ResticError: it could not be read.
        """
        listed, now = reading.snapshots(self.restic), self.app.clock.now()
        return clearance.newest(self.restic, listed, self.repository().repository, now)

    def announcing(self) -> Announce:
        """Leaves a signed note before anything goes."""
        desk, key = desk_of(self.app), self.app.identity.key
        known = self.repository()

        def announce(ids: tuple[str, ...], frees: bool) -> None:  # noqa: FBT001 - an Announce
            note = Taken(known.repository, self.app.clock.now(), ids, frees)
            taken.leave(self.restic, desk, key, note)

        return announce
