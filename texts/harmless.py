"""Names that others chose, as a screen may show them: nothing in them steers it."""

import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, direction, surrogate, line breaks


def harmless(text: str) -> str:
    r"""Control characters, marks of direction and line breaks become visible, like `\u202e`.

    Markup is not the business of this function: a page escapes it, a terminal has none.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")
