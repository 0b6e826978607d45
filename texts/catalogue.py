"""The one catalogue of messages: ids are English, Vietnamese comes from `locale/vi/*.po`."""

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from wire.text import Bilingual, Text

DOMAIN = "lachan"
LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")

_language: ContextVar[str] = ContextVar("language", default="en")


def use(language: str) -> None:
    """Speak this language from here on, in this thread or request."""
    _language.set(language if language in LANGUAGES else "en")


def language() -> str:
    return _language.get()


@cache
def translations(language: str) -> gettext.NullTranslations:
    """The compiled catalogue; English is the message ids themselves."""
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE_DIR, languages=[language])


def tr(message: str, **parameters: object) -> str:
    """The sentence for a message id in the reader's language, with its places filled."""
    sentence = translations(language()).gettext(message) if message else ""
    return sentence.format(**parameters) if parameters else sentence


def said(text: Text) -> str:
    """A text in the reader's language, wherever its translation stands."""
    if isinstance(text, Bilingual):
        return text.vi if language() == "vi" else text.en
    return tr(text)


def language_from(arguments: list[str], environment: dict[str, str]) -> str:
    """`--lang` wins, then LANGUAGE, LC_ALL, LC_MESSAGES and LANG in gettext's order."""
    for position, word in enumerate(arguments):
        if word == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(variable):
            return "vi" if environment[variable].lower().startswith("vi") else "en"
    return "en"
