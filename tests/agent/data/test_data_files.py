"""SQLite files in use, and exports with a done-marker: bad ones are red, good ones are green."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.backup.databases import shelf
from agent.backup.databases.sql_text import DumpLook
from agent.backup.records.productions import Production
from agent.config.datasets import Dataset, Export, MarkerSays, SqliteFiles
from tests.agent.data.conftest import Judge
from wire.verdicts import BackupVerdict, Cause, Consistency

GREEN = (BackupVerdict.GREEN, None)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "his" / "số.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE patient (id INTEGER PRIMARY KEY, name TEXT)")
        rows = [(number, f"Nguyễn Văn {number} " + "x" * 200) for number in range(3000)]
        connection.executemany("INSERT INTO patient VALUES (?, ?)", rows)
        connection.commit()
    return file


def sqlite_dataset(*files: Path) -> Dataset:
    return Dataset(name="q", schedule="0 * * * *", rpo="8h", sqlite=SqliteFiles(files))


def page_spoiled(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(40_000)
        stream.write(b"\xff" * 4096)


def cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def gone(file: Path) -> None:
    file.unlink()


def another_kind(file: Path) -> None:
    file.write_text("no database at all\n" * 100)


def rows_gone(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM patient WHERE id > 300")
        connection.commit()


def made_anew(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE patient (id INTEGER PRIMARY KEY, name TEXT)")


def link_to_secrets(file: Path) -> None:
    file.unlink()
    file.symlink_to("/etc/shadow")


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("spoil", "causes"),
    [
        (page_spoiled, {Cause.SOURCE_DAMAGED}),
        (cut_short, {Cause.SOURCE_DAMAGED}),
        (gone, {Cause.SOURCE_MISSING}),
        (another_kind, {Cause.SOURCE_DAMAGED}),
        (rows_gone, {Cause.SOURCE_SHRUNK}),
        (made_anew, {Cause.SOURCE_SHRUNK}),
        (link_to_secrets, {Cause.SOURCE_DAMAGED, Cause.SOURCE_UNREADABLE}),
        (pipe, {Cause.SOURCE_DAMAGED}),
    ],
)
def test_a_bad_sqlite_file_makes_no_point_and_leaves_the_copy_before(
    judge: Judge, database: Path, spoil: Callable[[Path], None], causes: set[Cause]
) -> None:
    dataset = sqlite_dataset(database)
    assert judge.run(dataset) == GREEN
    copy = judge.home.dumps / "q" / str(database).lstrip("/")
    before = copy.read_bytes()
    spoil(database)
    verdict, cause = judge.run(dataset)
    assert verdict is BackupVerdict.DEGRADED
    assert cause in causes
    assert copy.read_bytes() == before
    assert list((judge.home.dumps / shelf.MAKING).iterdir()) == []


def test_a_sqlite_file_that_a_program_keeps_to_itself_is_a_failure(
    judge: Judge, database: Path
) -> None:
    dataset = sqlite_dataset(database)
    assert judge.run(dataset) == GREEN
    judge.limit = timedelta(milliseconds=50)
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode=DELETE")
        holder.execute("BEGIN EXCLUSIVE")
        assert judge.run(dataset) == (BackupVerdict.DEGRADED, Cause.DUMP_FAILED)
        assert "locked" in judge.says
        holder.execute("ROLLBACK")
    judge.limit = timedelta(minutes=2)
    assert judge.run(dataset) == GREEN


def test_what_is_not_yet_committed_is_not_copied_and_what_waits_in_the_wal_is(
    judge: Judge, database: Path
) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("INSERT INTO patient VALUES (10001, 'committed, still in the log')")
        writer.execute("BEGIN")
        writer.execute("INSERT INTO patient VALUES (10002, 'not committed')")
        assert judge.run(sqlite_dataset(database)) == GREEN
    copy = judge.home.dumps / "q" / str(database).lstrip("/")
    with closing(sqlite3.connect(copy)) as read:
        ids = [row[0] for row in read.execute("SELECT id FROM patient WHERE id > 10000")]
    assert ids == [10001]


def test_several_sqlite_files_are_each_of_their_own_moment(judge: Judge, database: Path) -> None:
    other = database.with_name("khác.db")
    shutil.copy(database, other)
    assert judge.run(sqlite_dataset(database)) == GREEN
    assert judge.run(sqlite_dataset(database, other)) == GREEN
    classes = [look.taken.consistency for look in judge.looks if look.taken]
    assert classes == [Consistency.TRANSACTION, Consistency.MIXED]


def test_links_planted_among_the_dumps_go_themselves(
    judge: Judge, database: Path, tmp_path: Path
) -> None:
    dataset = sqlite_dataset(database)
    assert judge.run(dataset) == GREEN
    treasure = tmp_path / "treasure"
    treasure.mkdir()
    (treasure / "kept").write_text("kept")
    copy = judge.home.dumps / "q" / str(database).lstrip("/")
    copy.unlink()
    copy.symlink_to(treasure / "kept")
    (judge.home.dumps / "q" / "shadow").symlink_to("/etc/shadow")
    (judge.home.dumps / "q" / "folder").symlink_to(treasure)
    (judge.home.dumps / shelf.MAKING / "q").symlink_to(treasure)
    (judge.home.dumps / "q" / "planted").write_text("not ours")
    assert judge.run(dataset) == GREEN
    assert (treasure / "kept").read_text() == "kept"
    assert copy.is_file()
    assert not copy.is_symlink()
    left = [path.name for path in (judge.home.dumps / "q").iterdir()]
    assert left == [str(database).split("/")[1]]


def test_a_folder_of_dumps_that_is_a_link_is_made_anew(
    judge: Judge, database: Path, tmp_path: Path
) -> None:
    judge.home.dumps.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (judge.home.dumps / "q").symlink_to(tmp_path / "elsewhere")
    assert judge.run(sqlite_dataset(database)) == GREEN
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert oct((judge.home.dumps / "q").lstat().st_mode)[-3:] == "700"


def test_an_unchanged_copy_stays_the_same_file(judge: Judge, database: Path) -> None:
    dataset = sqlite_dataset(database)
    judge.run(dataset)
    copy = judge.home.dumps / "q" / str(database).lstrip("/")
    before = copy.stat()
    assert judge.run(dataset) == GREEN
    assert copy.stat() == before


def test_what_a_killed_run_left_is_swept(judge: Judge) -> None:
    left = judge.home.dumps / shelf.MAKING / "his"
    left.mkdir(parents=True)
    (left / "database.sql").write_text("half")
    assert shelf.sweep(judge.home) == 1
    assert shelf.sweep(judge.home) == 0


def test_a_clock_that_was_years_ahead_dates_nothing_afterwards(
    judge: Judge, database: Path
) -> None:
    productions = judge.records.productions("q")
    ahead = datetime.now(UTC) + timedelta(days=4 * 365)
    productions.add(Production(ahead, Consistency.MIXED, DumpLook(1, 1, 1, whole=True)))
    assert judge.run(sqlite_dataset(database)) == GREEN
    (kept,) = productions.newest_first()
    assert kept.consistency is Consistency.TRANSACTION
    assert kept.taken_at < ahead - timedelta(days=365)


# ---- exports


class Vendor:
    """A program that exports its data into a folder, and says when it is done."""

    def __init__(self, folder: Path, clock_s: float) -> None:
        self.folder, self.clock_s = folder, clock_s
        folder.mkdir()

    def export(self, rows: int = 100) -> None:
        for number in range(3):
            (self.folder / f"bảng {number}.csv").write_text(f"{number};row\n" * rows)
        self.touch(*self.folder.iterdir())
        self.mark()

    def mark(self) -> None:
        files = sorted(file for file in self.folder.iterdir() if file.name != "DONE")
        lines = [
            f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files
        ]
        (self.folder / "DONE").write_text("".join(lines))
        self.touch(self.folder / "DONE")

    def touch(self, *files: Path) -> None:
        self.clock_s += 1
        for file in files:
            os.utime(file, (self.clock_s, self.clock_s))

    def dataset(self, says: MarkerSays = MarkerSays.SUMS) -> Dataset:
        export = Export(self.folder, "DONE", says)
        return Dataset(name="x", schedule="0 * * * *", rpo="8h", export=export)


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    now_s = int(tmp_path.stat().st_mtime) - 3600
    made = Vendor(tmp_path / "export", now_s)
    made.export()
    return made


def marker_missing(vendor: Vendor) -> None:
    (vendor.folder / "DONE").unlink()


def marker_old(vendor: Vendor) -> None:
    vendor.clock_s -= 9 * 3600
    vendor.touch(*vendor.folder.iterdir())


def marker_older_than_before(vendor: Vendor) -> None:
    vendor.clock_s -= 600
    vendor.touch(*vendor.folder.iterdir())


def marker_of_the_future(vendor: Vendor) -> None:
    vendor.clock_s += 24 * 3600
    vendor.touch(vendor.folder / "DONE")


def half_a_marker(vendor: Vendor) -> None:
    marker = vendor.folder / "DONE"
    marker.write_bytes(marker.read_bytes()[:-30])
    vendor.touch(marker)


def marker_without_a_line(vendor: Vendor) -> None:
    marker = vendor.folder / "DONE"
    marker.write_text("".join(marker.read_text().splitlines(keepends=True)[:-1]))
    vendor.touch(marker)


def marker_says_anything(vendor: Vendor) -> None:
    (vendor.folder / "DONE").write_bytes(b"\x00\xff; rm -rf / \n" * 5)
    vendor.touch(vendor.folder / "DONE")


def marker_leads_out(vendor: Vendor) -> None:
    with (vendor.folder / "DONE").open("a") as stream:
        stream.write(f"{'0' * 64}  ../../../../etc/shadow\n")
    vendor.touch(vendor.folder / "DONE")


def marker_is_a_link(vendor: Vendor) -> None:
    (vendor.folder / "DONE").unlink()
    (vendor.folder / "DONE").symlink_to("/etc/shadow")


def marker_is_a_pipe(vendor: Vendor) -> None:
    (vendor.folder / "DONE").unlink()
    os.mkfifo(vendor.folder / "DONE")


def file_newer(vendor: Vendor) -> None:
    vendor.touch(vendor.folder / "bảng 1.csv")


def file_gone(vendor: Vendor) -> None:
    (vendor.folder / "bảng 1.csv").unlink()


def file_changed(vendor: Vendor) -> None:
    file = vendor.folder / "bảng 1.csv"
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"row", b"r0w"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def file_added(vendor: Vendor) -> None:
    file = vendor.folder / "bảng 9.csv"
    file.write_text("late\n")
    os.utime(file, (vendor.clock_s - 60, vendor.clock_s - 60))


def folder_gone(vendor: Vendor) -> None:
    shutil.rmtree(vendor.folder)


def shrunk(vendor: Vendor) -> None:
    vendor.export(rows=10)


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (marker_missing, Cause.EXPORT_UNMARKED),
        (marker_old, Cause.EXPORT_OLD),
        (marker_older_than_before, Cause.EXPORT_OLD),
        (marker_of_the_future, Cause.EXPORT_INCOMPLETE),
        (half_a_marker, Cause.EXPORT_INCOMPLETE),
        (marker_without_a_line, Cause.EXPORT_INCOMPLETE),
        (marker_says_anything, Cause.EXPORT_INCOMPLETE),
        (marker_leads_out, Cause.EXPORT_INCOMPLETE),
        (marker_is_a_link, Cause.EXPORT_INCOMPLETE),
        (marker_is_a_pipe, Cause.EXPORT_INCOMPLETE),
        (file_newer, Cause.EXPORT_INCOMPLETE),
        (file_gone, Cause.EXPORT_INCOMPLETE),
        (file_changed, Cause.EXPORT_INCOMPLETE),
        (file_added, Cause.EXPORT_INCOMPLETE),
        (folder_gone, Cause.SOURCE_MISSING),
        (shrunk, Cause.SOURCE_SHRUNK),
    ],
)
def test_a_bad_export_makes_no_point(
    judge: Judge, vendor: Vendor, spoil: Callable[[Vendor], None], cause: Cause
) -> None:
    assert judge.run(vendor.dataset()) == GREEN
    spoil(vendor)
    assert judge.run(vendor.dataset()) == (BackupVerdict.DEGRADED, cause)


def test_an_export_that_was_old_from_the_first_day_is_no_point(
    judge: Judge, vendor: Vendor
) -> None:
    marker_old(vendor)
    assert judge.run(vendor.dataset()) == (BackupVerdict.RED, Cause.EXPORT_OLD)


def again(vendor: Vendor) -> None:
    vendor.export()


def grown(vendor: Vendor) -> None:
    vendor.export(rows=300)


def a_link_beside(vendor: Vendor) -> None:
    """It is saved as a link; what it leads to is nobody's export."""
    (vendor.folder / "link").symlink_to("/etc/shadow")


def as_it_was(_vendor: Vendor) -> None:
    return


@pytest.mark.parametrize("change", [again, grown, a_link_beside, as_it_was])
@pytest.mark.parametrize("says", list(MarkerSays))
def test_a_good_export_is_green(
    judge: Judge, vendor: Vendor, change: Callable[[Vendor], None], says: MarkerSays
) -> None:
    assert judge.run(vendor.dataset(says)) == GREEN
    change(vendor)
    assert judge.run(vendor.dataset(says)) == GREEN
    assert {look.taken.consistency for look in judge.looks if look.taken} == {
        Consistency.VENDOR_DECLARED
    }


def remarked(vendor: Vendor) -> None:
    vendor.mark()


@pytest.mark.parametrize("change", [file_newer, remarked, marker_missing])
def test_an_export_that_begins_again_while_it_is_saved_is_no_point(
    judge: Judge, vendor: Vendor, change: Callable[[Vendor], None]
) -> None:
    assert judge.run(vendor.dataset()) == GREEN
    judge.meanwhile = lambda: change(vendor)
    verdict, cause = judge.run(vendor.dataset())
    assert verdict is BackupVerdict.DEGRADED
    assert cause in {Cause.EXPORT_INCOMPLETE, Cause.EXPORT_UNMARKED}


def test_an_export_is_as_old_as_its_marker_however_often_it_is_taken(
    judge: Judge, vendor: Vendor
) -> None:
    for _ in range(3):
        judge.run(vendor.dataset())
    moments = [look.taken.taken_at.timestamp() for look in judge.looks if look.taken]
    assert moments == [vendor.clock_s, vendor.clock_s + 1, vendor.clock_s + 2]


def test_a_name_with_a_line_end_is_read_as_sha256sum_writes_it(
    judge: Judge, vendor: Vendor
) -> None:
    strange = vendor.folder / "a\nb\\c"
    strange.write_text("x")
    vendor.touch(strange)
    vendor.mark()
    marker = vendor.folder / "DONE"
    digest = hashlib.sha256(b"x").hexdigest()
    text = marker.read_text().replace(f"{digest}  a\nb\\c", f"\\{digest}  a\\nb\\\\c")
    marker.write_text(text)
    vendor.touch(marker)
    assert judge.run(vendor.dataset()) == GREEN


@pytest.mark.parametrize(("files", "size"), [(20, 0), (0, 10_000_000)])
def test_less_than_the_owner_demands_is_no_point_whoever_accepts_it(
    judge: Judge, tmp_path: Path, files: int, size: int
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(15):
        (folder / str(number)).write_text("x" * 1000)
    words = {"name": "s", "schedule": "0 * * * *", "rpo": "8h", "paths": (folder,)}
    assert judge.run(Dataset(**words)) == GREEN  # type: ignore[arg-type]
    stricter = Dataset(**words, min_files=files, min_bytes=size)  # type: ignore[arg-type]
    for accept in (False, True):
        found = judge.run(stricter, accept_source=accept)
        assert found == (BackupVerdict.DEGRADED, Cause.SOURCE_SHRUNK)
