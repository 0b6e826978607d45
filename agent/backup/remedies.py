"""What to do about causes that are not restic's, on a screen and in a mail."""

from wire.text import N_
from wire.verdicts import Cause

OTHER_HINTS: dict[Cause, str] = {
    Cause.SOURCE_MISSING: N_(
        "Look whether its disk or share is mounted. The sites keep what they have."
    ),
    Cause.SOURCE_SHRUNK: N_(
        "Find out who removed the files; the sites still hold them. If it was meant: "
        "`lachan-agent backup run --accept-source`."
    ),
    Cause.SOURCE_DAMAGED: N_(
        "Restore the newest point beside it and compare; the points made before it was damaged "
        "stand."
    ),
    Cause.DUMP_INCOMPLETE: N_("Run the backup again; the last proved dump is kept until then."),
    Cause.DUMP_REFUSED: N_(
        "Look at user, password_file and run_as in agent.yaml, and at what the login may read."
    ),
    Cause.DUMP_SERVER_AWAY: N_("Look whether the database server runs; then run the backup again."),
    Cause.DUMP_TOOL_MISSING: N_("Install it: apt install postgresql-client mariadb-client"),
    Cause.DUMP_TOOL_OLD: N_("Install the client programs of the database server's own version."),
    Cause.DUMP_FAILED: N_("Read what the program said, above; the last proved dump is kept."),
    Cause.EXPORT_INCOMPLETE: N_(
        "Let the program finish its export; then run the backup again. The marker comes last."
    ),
    Cause.EXPORT_UNMARKED: N_("Ask the program's maker to write the done-marker last."),
    Cause.EXPORT_OLD: N_("Find out why the program has not exported again."),
    Cause.CONTENT_DIFFERS: N_(
        "Run the backup again; if it stays so, restore from both and look. Once you know why: "
        "`lachan-agent backup run --accept-loss SITE`."
    ),
    Cause.SNAPSHOTS_VANISHED: N_(
        "Treat it as an attack until you know better: keep both sites as they are. Once you know "
        "why: `lachan-agent backup run --accept-loss SITE`."
    ),
    Cause.STALE: N_("Run `lachan-agent backup run`; its messages say what stands in the way."),
    Cause.UNVERIFIED: N_("Run `lachan-agent drill run`, or `lachan-agent backup verify`."),
    Cause.SITES_NOT_SEPARATE: N_("Move one site to another place: one fire would take both."),
    Cause.SITES_SUSPECT: N_("`lachan-agent site probe` lists the signs."),
    Cause.NO_MANIFEST: N_("Run the backup again: it writes the manifest to the site."),
    Cause.NEVER_RUN: N_("Run `lachan-agent backup run`."),
    Cause.COULD_NOT_LOOK: N_("Run `lachan-agent site probe`: the sites were never compared."),
    Cause.CLOCK: N_("Set the clock right (`timedatectl`), then run the backup again."),
}
