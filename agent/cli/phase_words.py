"""The names of the phases of long work, as a person reads them."""

from wire.text import N_

PHASES: dict[str, str] = {
    "dump": N_("dumping and checking"),
    "source": N_("looking at the source"),
    "open": N_("opening the repositories"),
    "backup": N_("saving"),
    "hash": N_("hashing what has changed"),
    "manifest": N_("making the manifest"),
    "copy": N_("copying"),
    "read_back": N_("reading back"),
    "ask": N_("asking the site"),
    "list": N_("listing what the point holds"),
    "restore": N_("restoring"),
    "compare": N_("comparing content"),
    "attributes": N_("comparing owners and rights"),
    "find": N_("searching in points"),
    "learn": N_("learning the names of a point"),
}
