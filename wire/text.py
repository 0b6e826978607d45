"""Texts for people: marked for the message catalogue, or bringing both languages themselves.

`wire` itself never translates.
"""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Return the message id unchanged, so that the extractor finds it."""
    return message


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text out of a data file, which carries its Vietnamese and its English itself."""

    vi: str
    en: str


Text = str | Bilingual  # a message id, or both languages
