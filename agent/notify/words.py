"""What a mail says of each kind of trouble: its title, what to do, which command to run."""

from agent.notify.trouble import Kind, Trouble
from texts.catalogue import tr
from texts.codes import cause_sentence
from texts.file_words import REASONS, word_of
from wire.text import N_
from wire.verdicts import Cause

TITLES: dict[Kind, str] = {
    Kind.SUSPICION: N_("Files may be held hostage (ransomware): {number} files so far"),
    Kind.BACKUP_MISSED: N_("Backup missed: dataset {subject} has no recovery point within its RPO"),
    Kind.BACKUP_DAMAGED: N_("A backup is damaged or has lost recovery points (site {site})"),
    Kind.PROTECTION_LOST: N_("Site {site} no longer refuses what a thief of this host could do"),
    Kind.UNKNOWN_KEY: N_("The repository at site {site} has keys that nobody here made: {number}"),
    Kind.NO_NEW_POINT: N_("The last backup of dataset {subject} made no recovery point"),
    Kind.DRILL_FAILED: N_("Recovery drill {detail} of dataset {subject} from site {site} failed"),
    Kind.EVENTS_CHANGED: N_("Somebody has changed this host's record of changed files"),
    Kind.SUSPICIONS_LOST: N_("This host's list of suspected attacks was changed, damaged or lost"),
    Kind.NOT_WATCHED: N_("The files of this host are not watched now"),
    Kind.COULD_NOT_WATCH: N_("The agent cannot look at its own backups"),
    Kind.SITE_FAILS: N_("Site {site} does not hold what it should"),
    Kind.NOT_TWO_SITES: N_("The backups are not at two separate places"),
    Kind.UNEXPLAINED_CHANGES: N_("Watched files changed and nothing explains it: {number}"),
    Kind.WATCH_GAP: N_("Times in which the files were not watched: {number}"),
    Kind.CLOCK: N_("This host's clock is wrong: the age of the backups is not known"),
    Kind.ROGUE_OBJECTS: N_("Foreign objects lie in the repository at site {site}: {number}"),
    Kind.JANITOR_WARNS: N_("The janitor of site {site} warns: {detail}"),
    Kind.SITE_FILLING: N_("Site {site} will be full in {number} days"),
    Kind.OFFLINE_COPY_OLD: N_("The unplugged copy {site} is too old"),
    Kind.RETENTION_HELD: N_("At site {site} no old recovery point is removed: retention is held"),
    Kind.CONTROLLER_AWAY: N_("The province's controller has not been reached for a day"),
}

# What to do, and the command. Where a cause stands beside it, the cause's own advice goes first.
_ADVICE: dict[Kind, tuple[str, str]] = {
    Kind.SUSPICION: (
        N_("Take the clients off the network, stop the program, do not restore yet: look first."),
        "lachan-agent integrity suspicions",
    ),
    Kind.BACKUP_MISSED: (
        N_("Look what stands in the way, then back up now."),
        "lachan-agent backup run --dataset {subject}",
    ),
    Kind.BACKUP_DAMAGED: (
        N_("Keep the sites as they are, remove nothing; look what is damaged."),
        "lachan-agent backup verify",
    ),
    Kind.PROTECTION_LOST: (
        N_("Ask who runs the site to make it append-only again; look again afterwards."),
        "lachan-agent site probe",
    ),
    Kind.UNKNOWN_KEY: (
        N_("Treat it as an attack until you know better: somebody else can read these backups."),
        "lachan-agent backup status",
    ),
    Kind.NO_NEW_POINT: (
        N_("Look at the data on this host first; the sites keep what they have."),
        "lachan-agent backup status --dataset {subject}",
    ),
    Kind.DRILL_FAILED: (
        N_("A backup that cannot be restored is none: find out why, then rehearse again."),
        "lachan-agent drill list",
    ),
    Kind.EVENTS_CHANGED: (
        N_("Treat it as an attack on this host; keep a copy of the state folder."),
        "lachan-agent status",
    ),
    Kind.SUSPICIONS_LOST: (
        N_("Treat it as an attack on this host; keep a copy of the state folder."),
        "lachan-agent integrity suspicions",
    ),
    Kind.NOT_WATCHED: (
        N_("What happens meanwhile is found later, but not who did it. See what stops it."),
        "lachan-agent doctor",
    ),
    Kind.COULD_NOT_WATCH: (
        N_("Nothing is known about the backups now. See what stops the agent."),
        "lachan-agent doctor",
    ),
    Kind.SITE_FAILS: (N_("Look what each site holds."), "lachan-agent backup status"),
    Kind.NOT_TWO_SITES: (
        N_("One fire or one thief would take both: look at the signs."),
        "lachan-agent site probe",
    ),
    Kind.UNEXPLAINED_CHANGES: (
        N_("Look at them; what is right is approved after a scan."),
        "lachan-agent integrity events --open",
    ),
    Kind.WATCH_GAP: (
        N_("Look what changed meanwhile, and why nobody watched; then approve a scan."),
        "lachan-agent integrity events --open --gaps",
    ),
    Kind.CLOCK: (N_("Set the clock right, then back up again."), "timedatectl set-ntp true"),
    Kind.ROGUE_OBJECTS: (
        N_("Ask who runs the site to look at its quarantine; remove nothing by hand."),
        "lachan-agent backup status",
    ),
    Kind.JANITOR_WARNS: (
        N_("Ask who runs the site why; what each sign means stands in docs/operate.md."),
        "lachan-agent site janitor --help",
    ),
    Kind.SITE_FILLING: (
        N_("Enlarge the site in time; never delete inside the repository by hand."),
        "lachan-agent backup status",
    ),
    Kind.OFFLINE_COPY_OLD: (
        N_("Plug the disk in and renew the copy."),
        "lachan-agent backup offline",
    ),
    Kind.RETENTION_HELD: (
        N_("Nothing is lost; end the hold with a second person once its reason is gone."),
        "lachan-agent backup release --help",
    ),
    Kind.CONTROLLER_AWAY: (
        N_("Until it answers, this host tells by mail. Check the network."),
        "lachan-agent doctor",
    ),
}


def title(trouble: Trouble) -> str:
    return tr(TITLES[trouble.kind], **_places(trouble))


def reason(trouble: Trouble) -> str:
    """The cause in words with its code; empty where there is none."""
    if trouble.reasons:
        return ", ".join(word_of(REASONS, code) for code in trouble.reasons)
    cause = trouble.cause
    return "" if cause is None else f"{cause_sentence(cause)} ({cause.value})"


def advice(trouble: Trouble, hints: dict[Cause, str]) -> str:
    """What to do: about the cause where it is known what, else about the kind."""
    hint = hints.get(trouble.cause) if trouble.cause else None
    return tr(hint or _ADVICE[trouble.kind][0])


def command(trouble: Trouble) -> str:
    if trouble.running_since is not None:  # it is at work already
        return "lachan-agent backup status"
    return _ADVICE[trouble.kind][1].format(**_places(trouble))


def _places(trouble: Trouble) -> dict[str, object]:
    return {
        "subject": trouble.subject,
        "site": trouble.site or "-",
        "number": "-" if trouble.number is None else trouble.number,
        "detail": trouble.detail,
    }
