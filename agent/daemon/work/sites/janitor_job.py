"""Is the janitor of sites on this host, asks those of others, and seals what is news."""

import contextlib
from datetime import datetime, timedelta

from msgspec.structs import replace

from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import Janitor, Known, Objects, Opened, SiteFacts
from agent.backup.retention import strangers
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import LOCK as BACKUPS
from agent.daemon.work.backup.backup_job import open_sites
from agent.daemon.work.sites.site_state import tell_site_states
from agent.errors import AgentError
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites import janitor_answer, janitor_call, local
from agent.sites.janitor.dating import dates_of
from agent.sites.janitor.errors import BusyError, JanitorError
from agent.sites.janitor.run import Settings, place_of, run
from agent.sites.janitor.sealed import seal_of
from agent.sites.janitor.status import FILE, digest_of
from agent.sites.janitor_answer import Remembered, Says, rogue_number, signs, without_departed
from agent.sites.opening import open_site, password_file, workplace_of
from agent.sites.probe.errors import ProbeError
from agent.state.lock import holder
from recovery.rpo import happened_within

SILENT = "JANITOR_SILENT"
LOST = "LEDGER_LOST"
_SAID_FOR = timedelta(days=1)
_UNHEARD_AT_MOST = timedelta(days=1)  # a site that is away for a while is the backup's to say
_READ_FOR_S = 5.0


def look_here(app: App) -> None:
    """Be the janitor of the repositories that lie in a folder of this host.

    Raises:
        JanitorError: a repository could not be looked after; the others were.
    """
    faults: list[AgentError] = []
    news = False
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        facts = records.site_facts()
        for site in app.config.sites:
            if local.lies_here(site):
                before = _known(facts, site.name)
                _look(app, facts, site, faults)
                news = news or _known(facts, site.name) != before
    if news:
        tell_site_states(app, open_sites(app))
    if faults:
        raise faults[0]


def _look(app: App, facts: SiteFacts, site: Site, faults: list[AgentError]) -> None:
    """A folder without a repository is not looked at: that is the backup's to say."""
    if site.path is None or not (site.path / "config").exists():
        return
    place, password = place_of(site.path), password_file(app.home, site.name)
    try:
        seal = seal_of(site.path, password)
        dates = dates_of(site.path, password, workplace_of(app.home).folder / "janitor")
        run(place, app.clock, Settings(read_for_s=_READ_FOR_S, seal=seal, dates=dates))
    except (JanitorError, BusyError) as fault:
        faults.append(fault)
        _unheard(facts, site.name, app.clock.now())
        return
    now = app.clock.now()
    status = f"janitor_now {int(now.timestamp())}\n".encode() + (place.beside / FILE).read_bytes()
    _keep(facts, site.name, janitor_answer.parse(status), now)


def ask_all(app: App) -> None:
    """One connection to each site; what changed is told at once.

    Raises:
        ProbeError: a site could not be asked; the others were.
    """
    faults: list[ProbeError] = []
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        asked = [site for site in app.config.sites if janitor_call.can_be_asked(site)]
        news = [_ask(app, records, site, faults) for site in asked]
    if any(news):
        tell_site_states(app, open_sites(app))
    if faults:
        raise faults[0]


def _ask(app: App, records: Records, site: Site, faults: list[ProbeError]) -> bool:
    """Whether what is known of the site is another than before."""
    facts = records.site_facts()
    before = _known(facts, site.name)
    try:
        says = janitor_call.call(site, app.home.state_dir / "ssh", app.host)
        new = 0
        if says is not None:
            new = _look_for_strangers(app, facts, site, says)
            departed = records.departures(site.name).all()
            says = without_departed(says, frozenset(map(digest_of, departed)))
    except ProbeError as fault:
        faults.append(fault)
        _unheard(facts, site.name, app.clock.now())
        return _known(facts, site.name) != before
    _keep(facts, site.name, says, app.clock.now(), new)
    return _known(facts, site.name) != before


def _look_for_strangers(app: App, facts: SiteFacts, site: Site, says: Says) -> int:
    """What came and does not open is named to the janitor, who sets it aside; how many those are.

    Not while a backup of ours writes there, and only after something has changed.
    """
    before = facts.get(site.name, Opened)
    unchanged = before is not None and before.value.openable == says.openable
    if not says.openable or (unchanged and not says.locks) or holder(app.home, BACKUPS):
        return 0
    kinds = strangers.kinds_to_open(says.locks, changed=not unchanged)
    restic = Restic(open_site(site, app.home).repository, workplace_of(app.home))
    known = before.value.ids if before else ()
    try:
        found = strangers.look(restic, kinds, frozenset(known))
    except ResticError:
        return 0  # the site could not be asked: the next time
    if found.strangers:
        folder = app.home.state_dir / "ssh"
        janitor_call.set_aside(site, folder, app.host, found.strangers)
    if unchanged:
        return len(found.strangers)
    done = found.complete and not found.strangers
    ids = tuple(sorted({*known, *found.opened}))
    facts.put(site.name, Opened(says.openable if done else "", ids), app.clock.now())
    return len(found.strangers)


def _keep(
    facts: SiteFacts, site: str, says: Says | None, now: datetime, strangers_now: int = 0
) -> None:
    """`strangers_now`: what the janitor was just asked to set aside, and has not moved yet."""
    before = facts.get(site, Janitor)
    if says is None:
        if before is not None:  # there was one: its silence is said, nothing else changes
            old = before.value
            facts.put(site, replace(old, signs=(SILENT,)), now)
        return
    last = Remembered(before.value.ledger_lines, before.value.ledger_head) if before else None
    ran_at = now - timedelta(seconds=says.ran_ago_s)
    told = _with_losses(Janitor(ran_at, *_place(says), signs(says, last)), before, now)
    facts.put(site, told, now)
    if SILENT not in told.signs:
        facts.put(site, Objects(rogue_number(says) + strangers_now), now)


def _unheard(facts: SiteFacts, site: str, now: datetime) -> None:
    """Who cannot be asked for a day is silent; the time of the last answer stays."""
    before = facts.get(site, Janitor)
    if before is not None and not happened_within(before.looked_at, _UNHEARD_AT_MOST, now):
        facts.put(site, replace(before.value, signs=(SILENT,)), before.looked_at)


def _place(says: Says) -> tuple[int, str]:
    return says.ledger.lines, says.ledger.head


def _with_losses(told: Janitor, before: Known[Janitor] | None, now: datetime) -> Janitor:
    """A lost ledger is seen once, and said for a day."""
    lost_at = now if LOST in told.signs else before.value.lost_at if before else None
    still = lost_at is not None and now - lost_at <= _SAID_FOR
    signs_now = told.signs if LOST in told.signs or not still else (*told.signs, LOST)
    return replace(told, signs=signs_now, lost_at=lost_at)


def _known(facts: SiteFacts, site: str) -> tuple[int | None, tuple[str, ...]]:
    objects, janitor = facts.get(site, Objects), facts.get(site, Janitor)
    return objects.value.rogue if objects else None, janitor.value.signs if janitor else ()
