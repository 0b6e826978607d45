"""What `status` and `doctor` say of retention: held points, full sites, strangers' keys."""

import contextlib
from collections.abc import Iterator

from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import Keys, Retention, Room
from agent.backup.retention.holds import Hold
from agent.daemon.app import App
from agent.daemon.people import name_of
from agent.daemon.status.items import Item
from agent.daemon.work.backup.room import outlook_of
from recovery.capacity import ALARM_DAYS, NEVER_DAYS
from texts.moments import show_bytes, show_moment
from wire.text import N_
from wire.verdicts import CheckVerdict

PASS, FAIL, UNKNOWN = CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN
_DAY_S = 86_400.0


def keeping_items(app: App) -> list[Item]:
    """One line for each hold, and for each site its room, its keys, its retention."""
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        items = [_held(hold) for hold in records.holds().standing()]
        for site in app.config.sites:
            items += _of_site(app, records, site.name)
    return items


def keeping_figures(app: App) -> dict[str, float]:
    """Counts for metrics; what is not known is left out."""
    now, sites = app.clock.now(), [site.name for site in app.config.sites]
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        facts = records.site_facts()
        keys = [one.value.unknown for site in sites if (one := facts.fresh(site, Keys, now))]
        rooms = [known.value for site in sites if (known := facts.fresh(site, Room, now))]
        figures = {"holds": float(len(records.holds().standing()))}
    if keys:
        figures["unknown_keys"] = float(sum(keys))
    days = [room.full_in_days for room in rooms if room.full_in_days is not None]
    if days:
        figures["site_full_seconds"] = min(days) * _DAY_S
    return figures


def _of_site(app: App, records: Records, site: str) -> Iterator[Item]:
    if app.config.datasets and records.site_facts().get(site, Room) is not None:
        yield _room(app, records, site)
    keys = records.site_facts().fresh(site, Keys, app.clock.now())
    if keys is not None:
        yield _keys(site, keys.value.unknown)
    facts = records.site_facts().fresh(site, Retention, app.clock.now())
    if facts is not None and facts.value.held:
        message = N_(
            "No old points go at {site}; why, says: lachan-agent backup retention --dry-run"
        )
        yield Item(f"retention.{site}", PASS, message, {"site": site})
    refused = records.departures(site).notes_refused()
    if refused:
        remedy = N_("Treat it as an attack: somebody explains away what vanished at {site}.")
        message = N_("{count} notes of a maintenance host at {site} are not believed.")
        parameters: dict[str, object] = {"site": site, "count": refused}
        yield Item(f"retention.{site}.notes", FAIL, message, parameters, remedy)


def _held(hold: Hold) -> Item:
    parameters: dict[str, object] = {
        "who": name_of(hold.placed_by),
        "at": show_moment(hold.placed_at),
        "reason": hold.reason,
    }
    message = N_("Old points are held since {at} by {who}. {reason}")
    return Item("retention.hold", PASS, message, parameters)


def _room(app: App, records: Records, site: str) -> Item:
    found = outlook_of(app, records, site)
    parameters: dict[str, object] = {
        "site": site,
        "days": found.full_in_days if found.full_in_days is not None else "?",
        "free": show_bytes(found.free_bytes) if found.free_bytes is not None else "?",
    }
    if found.free_bytes is None:
        message = N_("Site {site} does not tell how much room it has.")
        remedy = N_("Have the site's owner watch it: a full site takes no backup.")
        return Item(f"site_room.{site}", UNKNOWN, message, parameters, remedy)
    remedy = N_("Make room at {site} or enlarge it: lachan-agent backup retention --site {site}")
    if found.next_run_fits is False:
        message = N_("Site {site} has {free} left: the next backup may not fit.")
        return Item(f"site_room.{site}", FAIL, message, parameters, remedy)
    if found.full_in_days is None:
        message = N_("Site {site} has {free} left; when it is full is not known yet.")
        return Item(f"site_room.{site}", PASS, message, parameters)
    if found.full_in_days >= NEVER_DAYS:
        return Item(f"site_room.{site}", PASS, N_("Site {site} does not fill up."), parameters)
    message = N_("Site {site} is full in {days} days; {free} are left.")
    verdict = FAIL if found.full_in_days <= ALARM_DAYS else PASS
    return Item(f"site_room.{site}", verdict, message, parameters, remedy)


def _keys(site: str, unknown: int) -> Item:
    parameters: dict[str, object] = {"site": site, "count": unknown}
    if not unknown:
        return Item(f"strangers.{site}", PASS, N_("Every key of site {site} is known."), parameters)
    message = N_("{count} keys that nobody here knows open the repository of site {site}.")
    remedy = N_("Look whose they are: lachan-agent backup keys --site {site}")
    return Item(f"strangers.{site}", FAIL, message, parameters, remedy)
