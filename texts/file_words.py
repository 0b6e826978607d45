"""Words for what happens to watched files: for the host's own screen and the province's pages."""

from collections.abc import Mapping

from texts.catalogue import tr
from wire.text import N_

KINDS = {
    "added": N_("added"),
    "modified": N_("content changed"),
    "removed": N_("removed"),
    "renamed": N_("renamed or moved"),
    "metadata": N_("attributes changed"),
    "gap": N_("not watched"),
    "approved": N_("approved"),
    "configured": N_("configured otherwise"),
}
WHAT = {
    "content": N_("content"),
    "size": N_("size"),
    "type": N_("kind of file"),
    "mode": N_("mode"),
    "uid": N_("owner"),
    "gid": N_("group"),
    "mtime": N_("time of modification"),
    "ctime": N_("time of change"),
    "inode": N_("replaced by another file"),
    "links": N_("number of links"),
    "first_read": N_("read for the first time"),
    "acl": N_("access list"),
    "xattr": N_("extended attributes"),
    "capability": N_("rights of the program (capabilities)"),
    "label": N_("security label"),
    "alert_attacks": N_("only attacks are an alarm here"),
    "patterns": N_("other names are left out (ignore, only)"),
    "alert_changes": N_("every change that nothing explains is an alarm here"),
}
EXPLANATIONS = {
    "package": N_("package installed, upgraded or removed"),
    "package_script": N_("made by a package's own script"),
    "rotation": N_("log rotated"),
    "growth": N_("file that only grew"),
    "temporary": N_("temporary file of a program"),
    "canary": N_("canary file of the agent itself"),
    "accepted": N_("accepted at the facility"),
    "looked": N_("everything was looked at since; by whom it was changed stays unknown"),
    "configured": N_("so it was configured at the host"),
}
REASONS = {  # of a suspicion
    "canary": N_("a canary file was touched"),
    "magic_lost": N_("files lost the form of their kind"),
    "replaced": N_("shapeless files came in the place of others"),
    "structure_broken": N_("what the header of files promises is not in them"),
    "intermittent": N_("stretches inside files became random"),
    "wiped": N_("content became zeros or nothing"),
    "locked": N_("files became archives that need a key"),
    "entropy_jump": N_("content became random"),
    "note": N_("the same small text came into many folders"),
    "renamed": N_("files were renamed in mass"),
    "write_rate": N_("one process wrote very fast"),
}


def word_of(words: Mapping[str, str], code: str) -> str:
    """A code that is newer than this program speaks for itself."""
    return tr(words[code]) if code in words else code
