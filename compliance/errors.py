"""What can be wrong with a catalogue: where, what, and what to write instead."""

from wire.errors import CONFIGURATION, LachanError
from wire.text import N_


class CatalogueError(LachanError):
    """The family: every one names the line and the path of the fault."""

    exit_code = CONFIGURATION
    message = N_("The catalogue is wrong at line {line}, {path}: {reason}.")
    hint = N_("Compare that line with policies/schema.json and with the shipped catalogue.")


class YamlSyntaxError(CatalogueError):
    """The bytes are no YAML that we read."""

    hint = N_("Write plain YAML in UTF-8, indented by spaces, without anchors, aliases or tags.")


class CatalogueSizeError(CatalogueError):
    """More than any honest catalogue holds."""

    hint = N_("Split the catalogue: one file holds one level, at most {limit}.")


class DuplicateError(CatalogueError):
    """Two rows, or two keys, claim one name."""

    hint = N_("Keep one of them, or give the other a name of its own.")


class RowTwiceError(DuplicateError):
    """Two rows of a catalogue have one id, or one place in their clause."""

    message = N_(
        "The catalogue is wrong at line {line}, {path}: {reason}, as the row at line {first} has."
    )


class UnknownCodeError(CatalogueError):
    """A row is decided by a code that nothing computes."""

    hint = N_("Write one of: {known}.")


class ContradictionError(CatalogueError):
    """What a row says does not go together."""

    hint = N_("Write one of these: {instead}.")


class PackError(CatalogueError):
    """A province's pack of policies says something that it may not."""

    message = N_("The pack is wrong in {file}, line {line}, {path}: {reason}.")
    hint = N_("Write {instead}.")
