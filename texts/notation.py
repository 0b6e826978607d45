"""What a check expects, for a reader: settings stay as they are, the words between them are said.

Expected values are evidence, so they are written in one notation everywhere. A whole phrase has
its own entry in the catalogue of messages; in all others the words below are translated.
"""

import re

from texts.catalogue import language, tr
from wire.text import N_

WORDS = (
    N_("none of"),
    N_("or stricter"),
    N_("or only root"),
    N_("own file system"),
    N_("a warning"),
    N_("without rotation"),
    N_("demanded"),
    N_("encrypted"),
    N_("written"),
    N_("without"),
    N_("above"),
    N_("asked"),
    N_("only"),
    N_("with"),
    N_("off:"),
    N_("none"),
    N_("off"),
    N_("and"),
    N_("or"),
)
_WORD = re.compile(rf"(?<![^\s,(])(?:{'|'.join(map(re.escape, WORDS))})(?![^\s,:;)])")


def show_expected(expected: str) -> str:
    """The notation in the reader's language."""
    phrase = tr(expected)
    if phrase != expected or language() == "en":
        return phrase
    return _WORD.sub(lambda found: tr(found.group()), expected)
