"""A text as a reader of one language sees it; whoever reads next is not touched."""

from contextvars import copy_context

from texts.catalogue import said, use
from wire.text import Text


def in_language(text: Text, language: str) -> str:
    def read() -> str:
        use(language)
        return said(text)

    return copy_context().run(read)
