"""The pack's archive: any ZIP tool opens it, and nothing but what we write is read."""

import contextlib
import io
import zipfile
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import archive
from wire.errors import DecodeError

FILES = {
    "log/b.txt": b"second",
    "log/a.txt": b"first",
    "pack.dsse": b"",
    "z/deep/er.yaml": b"0" * 9,
}


def written(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    archive.write_archive(out, {name: io.BytesIO(data) for name, data in files.items()})
    return out.getvalue()


def read(raw: bytes) -> dict[str, bytes]:
    stream: BinaryIO = io.BytesIO(raw)
    members = archive.read_archive(stream)
    return {name: archive.open_member(stream, member).read() for name, member in members.items()}


def test_what_was_written_is_read() -> None:
    assert read(written(FILES)) == FILES
    assert read(written({})) == {}


def test_equal_files_give_equal_bytes_whatever_their_order() -> None:
    assert written(FILES) == written(dict(reversed(FILES.items())))


def test_any_zip_tool_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(written(FILES))) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == FILES


def test_lines_of_two_members_can_be_read_side_by_side() -> None:
    stream = io.BytesIO(written({"a": b"1\n2\n3\n", "b": b"4\n5\n6\n"}))
    members = archive.read_archive(stream)
    pairs = zip(*(archive.open_member(stream, members[name]) for name in "ab"), strict=True)
    assert list(pairs) == [(b"1\n", b"4\n"), (b"2\n", b"5\n"), (b"3\n", b"6\n")]


def test_every_changed_byte_outside_the_data_is_refused() -> None:
    raw = written(FILES)
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 0x20]) + raw[position + 1 :]
        try:
            found = read(changed)
        except DecodeError:
            continue
        assert found != FILES, f"byte {position} was changed and nobody saw it"
        assert set(found) == set(FILES)


@pytest.mark.parametrize("cut", [1, 22, 60, 150])
def test_a_shortened_or_lengthened_archive_is_refused(cut: int) -> None:
    raw = written(FILES)
    for damaged in (raw[:-cut], raw[cut:], raw + b"\0" * cut, b"\0" * cut + raw):
        with pytest.raises(DecodeError):
            archive.read_archive(io.BytesIO(damaged))


@pytest.mark.parametrize(
    "name", ["../up", "/root", "a/../b", "a//b", "A", "a\0b", "c:\\d", "", ".", "ä", "a" * 3 + "/"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(DecodeError):
        written({name: b"x"})
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as opened:
        opened.writestr(name or "empty", b"x")
    with pytest.raises(DecodeError):
        archive.read_archive(other)


def test_compressed_and_repeated_members_are_refused() -> None:
    for compression, names in ((zipfile.ZIP_DEFLATED, ["a"]), (zipfile.ZIP_STORED, ["a", "a"])):
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w", compression) as opened:
            for name in names:
                with contextlib.suppress(UserWarning):
                    opened.writestr(name, b"0" * 1000)
        with pytest.raises(DecodeError):
            archive.read_archive(other)


def test_too_many_members_are_refused() -> None:
    with pytest.raises(DecodeError):
        written({f"f{number}": b"" for number in range(archive.LIMIT_MEMBERS + 1)})


@given(st.binary(max_size=300))
def test_any_bytes_give_the_documented_error(raw: bytes) -> None:
    for damaged in (raw, raw + b"PK\x05\x06" + raw[:18], b"PK\x05\x06" + b"\0" * 4 + raw):
        with contextlib.suppress(DecodeError):
            archive.read_archive(io.BytesIO(damaged))
