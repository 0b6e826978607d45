"""`lachan-agent backup retention`: which old points go, and why each of the others stays."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from agent.backup.retention.retaining import Retained
from agent.cli.backup.retention_words import OBSTACLES, STAYS
from agent.cli.documents import document
from agent.cli.options import Options
from agent.daemon.app import App, open_app
from agent.daemon.parentage import believed
from agent.daemon.work.backup import retention_job
from agent.daemon.work.backup.retention_job import Wish
from recovery.retention import Listed
from texts.catalogue import tr
from texts.codes import cause_sentence
from texts.moments import show_moment
from texts.shell import emit_json, note, progress, say, table, worst_code
from wire.causes import COULD_NOT_LOOK
from wire.errors import GOOD, UNDECIDED, WRONG
from wire.text import N_

_SHOWN_DIGITS = 12


@click.command(
    "retention",
    help=N_("Remove old points that no rule of `keep` wants, where this host may."),
)
@click.option("--site", default="", metavar="NAME", help=N_("Only this site."))
@click.option("--dry-run", is_flag=True, help=N_("Only say what would go, and why the rest stays."))
@click.option("--trigger", type=click.Choice(["person", "schedule"]), default="person", hidden=True)
@click.pass_obj
def command(options: Options, site: str, *, dry_run: bool, trigger: str) -> int:
    app = open_app(options.home)
    try:
        with progress(tr(N_("Asking the sites"))):
            wish = Wish(site, dry_run, believed(options.home, trigger))
            found = retention_job.run(app, wish)
        if options.json:
            emit_json(_document(app, found))
        else:
            _print(app, found)
    finally:
        app.close()
    return worst_code([_code(one) for one in found])


def _code(found: Retained) -> int:
    if found.cause is not None:
        return UNDECIDED if found.cause in COULD_NOT_LOOK else WRONG
    plan = found.plan
    if plan is None:
        return GOOD
    hindered = bool(plan.go) and bool(found.obstacles) and not found.dry_run
    return WRONG if plan.disagreed or plan.strange or hindered else GOOD


def _document(app: App, found: Sequence[Retained]) -> dict[str, Any]:
    sites = [_site(app, one) for one in found]
    return document("lachan.retention/1", app.clock.now(), sites=sites)


def _site(app: App, found: Retained) -> dict[str, Any]:
    plan = found.plan
    fields: dict[str, Any] = {
        "site": found.site,
        "cause": found.cause,
        "obstacles": [one.value for one in found.obstacles],
        "dry_run": found.dry_run,
        "removed": list(found.removed),
        "freed": found.freed,
    }
    if _maintained(app, found.site):
        fields["signed_by"] = app.identity.key.public.to_base64()
    if plan is None:
        return fields
    listed = [(one, None) for one in plan.go] + [(one, why.value) for one, why in plan.stay]
    return fields | {
        "disagreed": plan.disagreed,
        "strange": plan.strange,
        "snapshots": [_snapshot(one, why) for one, why in listed],
    }


def _snapshot(listed: Listed, why: str | None) -> dict[str, Any]:
    return {
        "snapshot": listed.id,
        "kind": listed.kind.value,
        "dataset": listed.dataset,
        "at": listed.at,
        "goes": why is None,
        "stays_because": why,
    }


def _maintained(app: App, site: str) -> bool:
    return any(one.name == site and one.maintenance is not None for one in app.config.sites)


def _print(app: App, found: Sequence[Retained]) -> None:
    for one in found:
        _print_site(one)
        if _maintained(app, one.site):
            words = N_("On the protected server write for this site: maintained_by: {key}")
            note(tr(words, key=app.identity.key.public.to_base64()))


def _print_site(found: Retained) -> None:
    if found.cause is not None:
        words = tr(N_("Site {site}: {words}"), site=found.site, words=cause_sentence(found.cause))
        say(f"{words} {found.says}".rstrip())
    if found.plan is not None and found.dry_run:
        _print_plan(found)
    for obstacle in found.obstacles:
        words = N_("Site {site}: nothing old goes now: {why}")
        say(tr(words, site=found.site, why=tr(OBSTACLES[obstacle])))
    if found.plan is not None and not found.dry_run:
        counts = {"site": found.site, "gone": len(found.removed), "left": len(found.plan.stay)}
        say(tr(N_("Site {site}: {gone} snapshots went, {left} stay."), **counts))
    if found.plan is not None and found.plan.strange:
        words = N_(
            "Site {site}: {count} snapshots were not made when they say. Nobody here made them: "
            "look who could, and keep the site as it is."
        )
        note(tr(words, site=found.site, count=found.plan.strange))
    if found.plan is not None and found.plan.disagreed:
        words = N_("Site {site}: restic and we do not agree about what may go, so nothing does.")
        note(tr(words, site=found.site))


def _print_plan(found: Retained) -> None:
    if found.plan is None:
        return
    listed = [(one, tr(N_("goes"))) for one in found.plan.go]
    listed += [(one, tr(N_("stays: {why}"), why=tr(STAYS[why]))) for one, why in found.plan.stay]
    newest_first = sorted(listed, key=lambda each: each[0].at, reverse=True)
    say(tr(N_("Points at site {site}:"), site=found.site))
    headings = (N_("Time"), N_("Dataset"), N_("Point"), N_("What becomes of it"))
    table(
        [tr(heading) for heading in headings], [[*_row(one), words] for one, words in newest_first]
    )
    counted = Counter(one.kind for one in found.plan.go)
    say(
        tr(
            N_("Site {site}: {count} snapshots would go."),
            site=found.site,
            count=sum(counted.values()),
        )
    )


def _row(listed: Listed) -> list[str]:
    return [show_moment(listed.at), listed.dataset, listed.id[:_SHOWN_DIGITS]]
