"""Earlier texts: what is kept, what goes, and that no secret lies in their file."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.config.model import Watched, YesNo
from agent.files.ledger import open_ledger
from agent.integrity.diff import keeping as keeping_module
from agent.integrity.diff import versions
from agent.integrity.diff.errors import NotShownError
from agent.integrity.diff.keeping import Keeping, keep_approved, keep_paths
from agent.integrity.diff.masking import naming
from agent.integrity.diff.reading import LARGEST_BYTES, read_small_text
from agent.integrity.diff.versions import KEPT_OF_A_FILE, TextStore, open_texts

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
PATH = b"/etc/app.conf"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TextStore]:
    with open_texts(home_at(tmp_path / "home"), SystemClock()) as opened:
        yield opened


def keep(store: TextStore, text: str, at: datetime = NOW, path: bytes = PATH) -> bytes:
    digest = sha256(text.encode()).digest()
    store.keep(path, digest, text, at)
    return digest


def texts(store: TextStore, path: bytes = PATH) -> list[str]:
    return [version.text for version in store.versions(path)]


def test_each_content_is_kept_once_newest_first(store: TextStore) -> None:
    for text in ("one", "one", "two", "một"):
        keep(store, text)
    assert texts(store) == ["một", "two", "one"]


def test_the_approved_one_stays_however_many_follow(store: TextStore) -> None:
    store.approve(PATH, keep(store, "approved"))
    for number in range(20):
        keep(store, str(number))
    kept = store.versions(PATH)
    assert len(kept) == KEPT_OF_A_FILE + 1
    assert [version.text for version in kept if version.approved] == ["approved"]


def test_what_is_old_goes_and_what_is_approved_stays(store: TextStore) -> None:
    store.approve(PATH, keep(store, "approved", NOW - timedelta(days=400)))
    keep(store, "old", NOW - timedelta(days=91))
    keep(store, "new", NOW - timedelta(days=89))
    store.tidy(NOW)
    assert texts(store) == ["new", "approved"]


def test_what_is_too_much_goes_from_the_oldest_on(
    store: TextStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_BYTES", 60)
    store.approve(b"/a", keep(store, "a", path=b"/a"))
    for number in range(10):
        keep(store, f"number {number}", path=b"/%d" % number)
    store.tidy(NOW)
    left = [number for number in range(10) if texts(store, b"/%d" % number)]
    assert texts(store, b"/a") == ["a"]
    assert left == list(range(10 - len(left), 10))
    assert 0 < len(left) < 5


def test_no_secret_lies_in_the_file_and_nobody_else_may_read_it(
    tmp_path: Path, store: TextStore
) -> None:
    (tmp_path / "etc").mkdir()
    file = tmp_path / "etc" / "app.conf"
    file.write_text("user=tam\npassword=Ngh1EmMat9\n")
    keeping = Keeping(store, (Watched(tmp_path / "etc", texts=YesNo.YES),), naming(bytes(32)), _now)
    assert keep_paths(keeping, [bytes(file)]) == 1
    assert "user=tam" in texts(store, bytes(file))[0]
    for part in (tmp_path / "home" / "state").glob("texts.sqlite*"):
        assert b"Ngh1EmMat9" not in part.read_bytes()
    state = tmp_path / "home" / "state" / "texts.sqlite"
    assert state.stat().st_mode & 0o777 == 0o600


def test_only_what_the_owner_named_is_kept(tmp_path: Path, store: TextStore) -> None:
    for name in ("in/a.txt", "in/b.tmp", "out/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    watched = Watched(tmp_path / "in", ignore=("*.tmp",), texts=YesNo.YES)
    keeping = Keeping(store, (watched,), naming(bytes(32)), _now)
    everything = [bytes(path) for path in tmp_path.rglob("*")]
    assert keep_paths(keeping, everything) == 1
    assert texts(store, bytes(tmp_path / "in" / "a.txt")) == ["text"]


def test_a_storm_of_large_texts_is_kept_in_part(
    tmp_path: Path, store: TextStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_module, "MOST_AT_ONCE_BYTES", 1_000)
    for number in range(10):
        (tmp_path / str(number)).write_text(f"{number} " * 200)
    keeping = Keeping(store, (Watched(tmp_path, texts=YesNo.YES),), naming(bytes(32)), _now)
    assert keep_paths(keeping, [bytes(tmp_path / str(number)) for number in range(10)]) == 3


def test_large_files_binaries_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "large").write_text("a" * (LARGEST_BYTES + 1))
    (tmp_path / "binary").write_bytes(b"a\0b")
    (tmp_path / "noise").write_bytes(bytes(range(1, 30)) * 10)
    (tmp_path / "link").symlink_to(tmp_path / "large")
    (tmp_path / "folder").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "folder")
    (tmp_path / "folder" / "file").write_text("x")
    codes = {}
    for name in ("large", "binary", "noise", "link", "folder", "way/file", "nothing", "/dev/null"):
        with pytest.raises(NotShownError) as caught:
            read_small_text(bytes(tmp_path / name))
        codes[name] = caught.value.code
    assert codes == {
        "large": "too_large",
        "binary": "binary",
        "noise": "binary",
        "link": "io",
        "folder": "no_file",
        "way/file": "no_file",
        "nothing": "missing",
        "/dev/null": "no_file",
    }


def test_text_in_an_old_encoding_is_text(tmp_path: Path) -> None:
    file = tmp_path / "cu.txt"
    file.write_bytes("Bệnh viện".encode("cp1258", "replace") + b"\n\xe8\xe9")
    assert "\\xe8" in read_small_text(bytes(file)).text


def test_approval_marks_what_was_approved(tmp_path: Path, store: TextStore) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "a").write_text("one\n")
    home, clock = home_at(tmp_path / "other"), SystemClock()
    watched = Watched(folder, texts=YesNo.YES)
    keeping = Keeping(store, (watched,), naming(bytes(32)), _now)
    with open_ledger(home, clock) as ledger:
        for text in ("one\n", "two\n"):
            (folder / "a").write_text(text)
            ledger.refresh(folder)
            keep_approved(keeping, ledger.entries(folder))
    kept = store.versions(bytes(folder / "a"))
    assert [(version.text, version.approved) for version in kept] == [
        ("two\n", True),
        ("one\n", False),
    ]


def _now() -> datetime:
    return NOW
