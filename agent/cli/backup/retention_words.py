"""Why a point stays, and why nothing goes, in words."""

from recovery.retention import Stay
from recovery.retention_leave import Obstacle
from wire.text import N_

STAYS: dict[Stay, str] = {
    Stay.RULE: N_("a rule of `keep` wants it"),
    Stay.NEWEST: N_("one of the newest three"),
    Stay.NEEDED: N_("verified or restored from last"),
    Stay.NOT_KNOWN: N_("not known to have been made when it says"),
    Stay.AHEAD: N_("dated in the future"),
    Stay.TREE_LIVES: N_("the manifest of a point that stays"),
    Stay.NO_RULE: N_("of no configured dataset"),
    Stay.DISAGREED: N_("restic and we do not agree"),
    Stay.LATER: N_("enough for one run"),
    Stay.RECENT: N_("still young"),
}

OBSTACLES: dict[Obstacle, str] = {
    Obstacle.VANISHED: N_("points or data have vanished, and nobody has said why."),
    Obstacle.DAMAGED: N_("stored data of a site is damaged."),
    Obstacle.SOURCE: N_("the last look at the source found it missing or shrunk."),
    Obstacle.UNKNOWN_KEY: N_("a key that nobody here knows opens a repository."),
    Obstacle.PROTECTION_LOST: N_("a site no longer refuses what it was proved to refuse."),
    Obstacle.ROGUE_OBJECTS: N_("objects lie at a site that nobody here put there."),
    Obstacle.JANITOR_WARNS: N_("the janitor of a site tells of a manipulation, or is silent."),
    Obstacle.CLOCK: N_("the clock jumped, or this site is watched for less than a week."),
    Obstacle.HELD: N_("somebody holds the points; two people can release them."),
    Obstacle.DRILL_RUNS: N_("a drill is running."),
    Obstacle.OTHER_SITE_BEHIND: N_("no other site holds the same newest point."),
    Obstacle.OTHER_SITE_UNVERIFIED: N_("the other site was not verified within 30 days."),
    Obstacle.NOBODY: N_("this server may not, and `maintained_by` names no maintenance host."),
    Obstacle.NO_CLEARANCE: N_("the protected server has not said lately that all is well."),
    Obstacle.NOT_LOOKED: N_("the protected server named a reason that is not known here."),
}
