"""What the kernel's buffer holds; whatever bytes there are, nothing hangs."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrity.live import kernel
from agent.integrity.live.raw_events import RawEvent, UnknownEventError, read_events

HANDLE = struct.pack("<8sIi8s", b"filesyst", 8, 1, b"handle 1")


def _record(kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<BBH", kind, 0, 4 + len(body)) + body


def _event(mask: int, pid: int, *records: bytes, version: int = 3) -> bytes:
    tail = b"".join(records)
    return struct.pack("<IBBHQii", 24 + len(tail), version, 0, 24, mask, -1, pid) + tail


def test_a_name_in_a_folder_by_a_process() -> None:
    buffer = _event(
        kernel.CREATE,
        42,
        _record(2, HANDLE + b"b\xe1\xba\xb3ng k\xc3\xaa\0"),
        _record(4, struct.pack("<i", 7)),
    )
    (event,) = read_events(buffer)
    assert event == RawEvent(kernel.CREATE, 42, 7, HANDLE, "bẳng kê".encode(), b"", b"")


def test_a_rename_has_both_names() -> None:
    records = (_record(10, HANDLE + b"old\0"), _record(12, HANDLE + b"new\0"))
    (event,) = read_events(_event(kernel.RENAME, 1, *records))
    assert (event.old_name, event.name, event.pidfd) == (b"old", b"new", -1)


def test_a_folder_itself_has_no_name() -> None:
    (event,) = read_events(_event(kernel.ATTRIB, 1, _record(2, HANDLE + b".\0")))
    assert (event.folder, event.name) == (HANDLE, b"")


def test_events_follow_each_other() -> None:
    one = _event(kernel.CREATE, 1, _record(2, HANDLE + b"a\0"))
    assert [event.name for event in read_events(one * 3)] == [b"a"] * 3


@pytest.mark.parametrize(
    "buffer", [_event(1, 1, version=2), _event(1, 1)[:20], _event(1, 1, b"\2\0\0\0")]
)
def test_what_is_no_event_of_this_version_is_said(buffer: bytes) -> None:
    with pytest.raises(UnknownEventError):
        list(read_events(buffer))


@given(st.binary(max_size=200))
def test_any_bytes_are_events_or_the_error(buffer: bytes) -> None:
    try:
        found = list(read_events(buffer))
    except UnknownEventError:
        return
    assert all(isinstance(event, RawEvent) for event in found)
