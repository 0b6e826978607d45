"""The edge reads a file once, and only the content that was seen answers."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from agent.integrity.noise.edge.reading import read
from agent.integrity.noise.questions import Question
from tests.agent.integrity.noise.making import md5

TEXT = b"first line\nsecond line\n" * 40_000


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def asked(path: Path, content: bytes, **fields: bool | frozenset[int]) -> Question:
    return Question(bytes(path), len(content), sha(content), **fields)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sổ.log"
    path.write_bytes(TEXT)
    return path


def test_all_sums_come_from_one_reading(file: Path) -> None:
    lengths = frozenset({0, 1, 300_000, len(TEXT), len(TEXT) + 1})
    answer = read(asked(file, TEXT, md5=True, lengths=lengths))
    assert answer is not None
    assert answer.md5 == md5(TEXT)
    assert answer.head == TEXT[:16]
    assert answer.prefixes == {size: sha(TEXT[:size]) for size in lengths if size <= len(TEXT)}


def test_what_was_appended_since_is_not_looked_at(file: Path) -> None:
    with file.open("ab") as more:
        more.write(b"more")
    answer = read(asked(file, TEXT, lengths=frozenset({11})))
    assert answer is not None
    assert answer.prefixes == {11: sha(TEXT[:11])}


@pytest.mark.parametrize("now", [b"other", TEXT[:-1], TEXT[:-1] + b"X"])
def test_another_content_answers_nothing(file: Path, now: bytes) -> None:
    file.write_bytes(now)
    assert read(asked(file, TEXT, md5=True)) is None


def test_what_is_not_there_or_no_file_answers_nothing(tmp_path: Path) -> None:
    pipe, link, folder = tmp_path / "pipe", tmp_path / "link", tmp_path / "folder"
    os.mkfifo(pipe)
    link.symlink_to(tmp_path / "gone")
    folder.mkdir()
    for path in (pipe, link, folder, tmp_path / "missing"):
        assert read(asked(path, b"", md5=True)) is None


def test_a_link_answers_where_it_leads(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("a/b")
    answer = read(asked(link, b"a/b", is_link=True))
    assert answer is not None
    assert answer.target == b"a/b"
    assert read(asked(link, b"a/c", is_link=True)) is None


def test_beginnings_of_a_compressed_log_are_those_of_what_is_inside(tmp_path: Path) -> None:
    path = tmp_path / "x.1.gz"
    packed = gzip.compress(TEXT)
    path.write_bytes(packed)
    answer = read(asked(path, packed, unpack=True, lengths=frozenset({700_000, 10**9})))
    assert answer is not None
    assert answer.prefixes == {700_000: sha(TEXT[:700_000])}


@pytest.mark.parametrize("packed", [b"", b"no gzip", gzip.compress(TEXT)[:200]])
def test_what_cannot_be_unpacked_proves_nothing(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "x.1.gz"
    path.write_bytes(packed)
    answer = read(asked(path, packed, unpack=True, lengths=frozenset({len(TEXT)})))
    assert answer is not None
    assert not answer.prefixes


def test_a_bomb_is_unpacked_only_so_far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.integrity.noise.edge.reading._MOST_UNPACKED", 2**20)
    path = tmp_path / "x.1.gz"
    packed = gzip.compress(bytes(2**22))
    path.write_bytes(packed)
    answer = read(asked(path, packed, unpack=True, lengths=frozenset({2**19, 2**22})))
    assert answer is not None
    assert set(answer.prefixes) == {2**19}


@pytest.mark.timeout(10)
def test_what_follows_a_compressed_log_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.1.gz"
    packed = gzip.compress(b"one") * 3 + b"no gzip"
    path.write_bytes(packed)
    answer = read(asked(path, packed, unpack=True, lengths=frozenset({3, 6})))
    assert answer is not None
    assert set(answer.prefixes) == {3}
