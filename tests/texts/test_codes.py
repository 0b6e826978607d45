"""Every code has its own words, also where two kinds share a name."""

from texts.codes import word
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    CheckVerdict,
    ControlState,
    DrillVerdict,
    PackVerdict,
    Protection,
    Separation,
)

KINDS = (
    CheckVerdict,
    ControlState,
    BackupVerdict,
    Separation,
    DrillVerdict,
    Assurance,
    PackVerdict,
    Protection,
)


def test_every_code_has_words() -> None:
    assert all(word(code) for kind in KINDS for code in kind)


def test_two_kinds_with_one_name_keep_their_own_words() -> None:
    assert word(CheckVerdict.UNKNOWN) != word(BackupVerdict.UNKNOWN)
    assert word(Separation.INCONCLUSIVE) != word(DrillVerdict.INCONCLUSIVE)
