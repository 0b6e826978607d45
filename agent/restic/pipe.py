"""The two ends of a conversation, as those who speak a protocol see them."""

from collections.abc import Callable

Read = Callable[[int], bytes]  # exactly so many bytes, or an error
Write = Callable[[bytes], None]
