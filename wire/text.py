"""Marks a sentence for the message catalogue; `wire` itself never translates."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Return the message id unchanged, so that the extractor finds it."""
    return message
