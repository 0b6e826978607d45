"""Large blocks go back to the system, also after many of them: what is gone takes no room."""

import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, gc, sys

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "free_blocks", "small", "mapped_blocks", "mapped",
        "unused", "small_free", "used", "free", "top")]

library = ctypes.CDLL(None)
library.mallinfo2.restype = Info
if sys.argv[1] == "for_long":
    from agent.integrity.live.allocating import allocate_for_long
    assert allocate_for_long()
    assert gc.get_freeze_count() > 0
before = library.mallinfo2().mapped
table = bytearray(2**20)
del table
table = bytearray(2**20)
print(library.mallinfo2().mapped - before >= 2**20)
"""


@pytest.mark.parametrize(("how", "answer"), [("for_long", "True"), ("as_always", "False")])
def test_a_large_block_is_the_systems_again_and_again(how: str, answer: str) -> None:
    """As always the second one lies among the small ones: that it does shows what this is for."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == answer
