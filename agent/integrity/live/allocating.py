"""How the watching process takes memory from the system, so that it does not grow by what is gone.

Tables of what is remembered are made anew again and again while files come and go. glibc takes a
large block from the system and gives it back, but after the first one it keeps blocks of that size
for itself: between small ones that stay, their places are never whole again.

Source: mallopt(3), M_MMAP_THRESHOLD: setting it ends its growing by itself; gc.freeze.
"""

import ctypes
import gc

_MMAP_THRESHOLD = -3
_LARGE_BYTES = 128 << 10  # as it is when a program starts


def allocate_for_long() -> bool:
    """Call once everything is loaded; whether large blocks go back to the system from now on.

    What was loaded stays for ever: looking for garbage is for what came after it.
    """
    gc.collect()
    gc.freeze()
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # another C library has none
    return set_option is not None and bool(set_option(_MMAP_THRESHOLD, _LARGE_BYTES))
