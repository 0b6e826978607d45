"""What a person reads about differences, ways and interrupted restores."""

from agent.backup.restore.differences import Kind
from agent.backup.restore.goal import Way
from agent.backup.restore.placing import Ending
from wire.text import N_

KINDS: dict[Kind, str] = {
    Kind.MISSING: N_("missing"),
    Kind.CONTENT: N_("other content"),
    Kind.TYPE: N_("another kind of file"),
    Kind.LINK: N_("link leads elsewhere"),
    Kind.HARD_LINK: N_("no longer one file under several names"),
    Kind.OWNER: N_("other owner or group"),
    Kind.MODE: N_("other rights"),
    Kind.ACL: N_("other access list"),
    Kind.ATTRIBUTE: N_("other extended attribute"),
    Kind.TIME: N_("other time"),
}
WAYS: dict[Way, str] = {
    Way.IN_PLACE: N_("back in its place, where nothing is now"),
    Way.BESIDE: N_("beside what is there, which is not touched"),
    Way.INTO: N_("into the folder of your choice"),
    Way.REPLACE: N_("in the place of what is there, which is kept as {kept}"),
}
ENDINGS: dict[Ending, str] = {
    Ending.CLEANED: N_("A restore to {final} was cut off; nothing had been changed there."),
    Ending.FINISHED: N_("A restore to {final} was cut off at its last step, which is done now."),
    Ending.LEFT: N_("A restore to {final} was cut off; look there and at {stage} yourself."),
}
