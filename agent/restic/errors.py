"""What can go wrong at restic, each with its cause from the published list."""

from agent.errors import AgentError
from wire.errors import UNDECIDED, WRONG
from wire.text import N_
from wire.verdicts import Cause

HINTS: dict[Cause, str] = {
    Cause.RESTIC_MISSING: N_("Install it: apt install restic"),
    Cause.NO_REPOSITORY: N_(
        "Do not make a new one over it: find out who removed it, and fetch the copy "
        "from the other site. `lachan-agent backup status` shows what each site still holds."
    ),
    Cause.BAD_KEY: N_(
        "Put the right password file back from the recovery kit; nothing was changed at the site."
    ),
    Cause.SITE_UNREACHABLE: N_(
        "Look whether the site is switched on, connected, and still lets this host in; "
        "the next run catches up by itself."
    ),
    Cause.HOST_KEY_CHANGED: N_(
        "Compare the site's host key or certificate with the one on paper before you accept it."
    ),
    Cause.DISK_FULL: N_("Make room at the site or enlarge it; nothing that it held was lost."),
    Cause.NO_SPACE: N_("Make room on this host, or restore into a folder on a bigger disk."),
    Cause.LOCKED: N_("Another program works in this repository; wait for it, then run this again."),
    Cause.REPOSITORY_DAMAGED: N_(
        "Keep the site as it is, restore from the other one, and run `lachan-agent backup verify`."
    ),
    Cause.APPEND_ONLY_REFUSED: N_("The site refuses to delete, as it must; nothing is to be done."),
    Cause.RESTIC_CRASHED: N_(
        "Look at the log of this run; a damaged object at the site may do it."
    ),
    Cause.RESTIC_FAILED: N_("Look at the log of this run for restic's own words."),
    Cause.CANCELLED: N_("Run it again; what was already stored is used again."),
    Cause.NO_SNAPSHOT: N_("`lachan-agent backup snapshots` lists what each site holds."),
    Cause.NOT_READ_BACK: N_("Run the backup again; `lachan-agent backup status` shows the sites."),
    Cause.SOURCE_UNREADABLE: N_("Run the agent as a user who may read every file of the dataset."),
}

_LOOKED_AND_WRONG = frozenset(
    {
        Cause.REPOSITORY_DAMAGED,
        Cause.CONTENT_DIFFERS,
        Cause.SNAPSHOTS_VANISHED,
        Cause.NO_REPOSITORY,
        Cause.DISK_FULL,
        Cause.NOT_READ_BACK,
    }
)


class ResticError(AgentError):
    """Something that restic did or could not do. `cause` goes into evidence, `says` never."""

    message = N_("Site {site}: {verb} did not work ({cause}). {says}")

    def __init__(
        self,
        cause: Cause,
        *,
        site: str,
        verb: str,
        says: str = "",
        cut: bool = False,
        packs: tuple[str, ...] = (),
    ) -> None:
        super().__init__(site=site, verb=verb, cause=cause.value, says=says)
        self.cause = cause
        self.site = site
        self.says = says
        self.cut = cut  # the site was there when restic began, and went away meanwhile
        self.packs = packs  # that restic finds bad, by their full ids

    @property
    def exit_code(self) -> int:  # type: ignore[override]
        return WRONG if self.cause in _LOOKED_AND_WRONG else UNDECIDED

    @property
    def hint(self) -> str:  # type: ignore[override]
        return HINTS.get(self.cause, "")


class ForbiddenVerbError(AgentError):
    """A role asked restic for something that it must never do: a fault of the program."""

    message = N_("The role {role} must not run restic {verb}.")
    hint = N_("This is a fault of the program: report it.")
