"""What somebody without the key can do to a database: bytes, pages, rows, files."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

PARTS = ("", "-wal", "-shm")
_HIDDEN = "sqlite_"


@dataclass(frozen=True, slots=True)
class Target:
    """One database of a copied home; `older` are earlier moments of its folder, `other` a
    stranger's."""

    file: Path
    older: tuple[Path, ...]
    other: Path
    random: Random

    @property
    def name(self) -> str:
        return self.file.name


Act = Callable[[Target], None]


def flip_bytes(target: Target) -> None:
    _flip(target.file, target.random, target.random.randint(1, 8))


def flip_bytes_in_log(target: Target) -> None:
    log = target.file.with_name(target.name + "-wal")
    _flip(log if _size(log) else target.file, target.random, target.random.randint(1, 8))


def _flip(file: Path, random: Random, number: int) -> None:
    content = bytearray(file.read_bytes())
    for _ in range(number):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    file.write_bytes(content)


def move_page(target: Target) -> None:
    """One page in the place of another, or nothing there."""
    content = bytearray(target.file.read_bytes())
    size = int.from_bytes(content[16:18]) or 4096
    pages = len(content) // size
    to, origin = (target.random.randrange(pages) * size for _ in range(2))
    page = bytes(size) if target.random.random() < 1 / 3 else content[origin : origin + size]
    content[to : to + size] = page
    target.file.write_bytes(content)


def cut_file(target: Target) -> None:
    with target.file.open("r+b") as stream:
        stream.truncate(target.random.randrange(_size(target.file)))


def remove_log(target: Target) -> None:
    """What was written last is in the write-ahead log: without it the file is an older one."""
    for part in PARTS[1:]:
        target.file.with_name(target.name + part).unlink(missing_ok=True)


def cut_log(target: Target) -> None:
    log = target.file.with_name(target.name + "-wal")
    if _size(log):
        with log.open("r+b") as stream:
            stream.truncate(target.random.randrange(_size(log)))


def remove_file(target: Target) -> None:
    for part in PARTS:
        target.file.with_name(target.name + part).unlink(missing_ok=True)


def put_back_older(target: Target) -> None:
    _put(target, target.random.choice(target.older))


def put_strangers(target: Target) -> None:
    """The same file of another facility: well made, by another key."""
    _put(target, target.other)


def put_everything_back(target: Target) -> None:
    """The whole folder as it once was: nothing on this host can know better."""
    older = target.random.choice(target.older)
    folder = target.file.parent
    shutil.rmtree(folder)
    shutil.copytree(older, folder)


def _put(target: Target, folder: Path) -> None:
    remove_file(target)
    for part in PARTS:
        source = folder / (target.name + part)
        if source.exists():
            shutil.copy(source, target.file.with_name(source.name))


def change_value(target: Target) -> None:
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        row = _row(connection, table, target.random)
        column = target.random.choice(sorted(row))
        _update(connection, table, row, {column: _other(row[column], target.random)})


def swap_rows(target: Target) -> None:
    """Two rows change places: everything but their keys."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random, least=2)
        one, other = _rows(connection, table, target.random, 2)
        keys = _keys(connection, table)
        mine = {name: value for name, value in one.items() if name not in keys}
        yours = {name: value for name, value in other.items() if name not in keys}
        _update(connection, table, one, yours)
        _update(connection, table, other, mine)


def delete_row(target: Target) -> None:
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        _delete(connection, table, _row(connection, table, target.random))


def delete_newest(target: Target) -> None:
    """A few of the newest rows: the end is cut off."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        order = ", ".join(f"{key} DESC" for key in _keys(connection, table))
        number = target.random.randint(1, 5)
        query = f"SELECT * FROM {table} ORDER BY {order} LIMIT {number}"
        for row in connection.execute(query).fetchall():
            _delete(connection, table, dict(row))


def empty_table(target: Target) -> None:
    with _opened(target.file) as connection:
        connection.execute(f"DELETE FROM {_table(connection, target.random)}")


def empty_everything(target: Target) -> None:
    with _opened(target.file) as connection:
        for table in _tables(connection):
            connection.execute(f"DELETE FROM {table}")


def double_row(target: Target) -> None:
    """Once more, under the next free key."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        row = _row(connection, table, target.random)
        key = _keys(connection, table)[-1]
        copy = {**row, key: _beyond(connection, table, key)}
        _insert(connection, table, copy)


def row_of_older(target: Target) -> None:
    """Rows as they once were, in the place of what is there now."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        with _older(target) as older:
            rows = _rows(older, table, target.random, target.random.randint(1, 4))
        for row in rows:
            _insert(connection, table, row)


def table_of_older(target: Target) -> None:
    """A whole table as it once was: the ends fit together, the rest does not."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        with _older(target) as older:
            rows = [dict(row) for row in older.execute(f"SELECT * FROM {table}")]
        connection.execute(f"DELETE FROM {table}")
        for row in rows:
            _insert(connection, table, row)


def move_between_paths(target: Target) -> None:
    """What was said of one watched path is said of the other."""
    with _opened(target.file) as connection:
        found = {"baseline": ("entries", "baseline"), "events": ("members", "event")}
        table, column = found.get(target.file.stem, ("envelopes", "sequence"))
        values = [row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table}")]
        row = _row(connection, table, target.random)
        with contextlib.suppress(sqlite3.IntegrityError):  # that place is taken
            _update(connection, table, row, {column: target.random.choice(values)})


def exchange_paths(target: Target) -> None:
    """Both watched paths exchange their baselines, or two events their members."""
    with _opened(target.file) as connection:
        found = {"baseline": ("entries", "baseline"), "events": ("members", "event")}
        table, column = found.get(target.file.stem, ("envelopes", "position"))
        values = [row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table}")]
        one, other = target.random.sample(values, 2)
        change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
        for pair in ((-1, one), (one, other), (other, -1)):
            connection.execute(change, pair)


def add_trigger(target: Target) -> None:
    """What is written from now on disappears again."""
    with _opened(target.file) as connection:
        table = _table(connection, target.random)
        connection.execute(
            f"CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END"
        )


def change_version(target: Target) -> None:
    with _opened(target.file) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {target.random.choice((0, version + 1, 99))}")


def mark_as_sent(target: Target) -> None:
    """Evidence that waits looks acknowledged; of other databases: a mark of another kind."""
    with _opened(target.file) as connection:
        if target.file.stem == "outbox":
            connection.execute(
                "UPDATE envelopes SET acknowledged_at = sealed_at, log_index = 1"
                " WHERE acknowledged_at IS NULL"
            )
        elif target.file.stem == "baseline":
            connection.execute("UPDATE baselines SET approved = (approved + 1) % 3")
        else:
            connection.execute("DELETE FROM waiting")


ACTS: tuple[Act, ...] = (
    flip_bytes,
    flip_bytes_in_log,
    move_page,
    cut_file,
    remove_log,
    cut_log,
    remove_file,
    put_back_older,
    put_strangers,
    put_everything_back,
    change_value,
    swap_rows,
    delete_row,
    delete_newest,
    empty_table,
    empty_everything,
    double_row,
    row_of_older,
    table_of_older,
    move_between_paths,
    exchange_paths,
    add_trigger,
    change_version,
    mark_as_sent,
)


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """As anybody opens it; what is written is in the file afterwards."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _older(target: Target) -> Iterator[sqlite3.Connection]:
    """An earlier moment of the same database; its copy stays as it is."""
    folder = target.file.parent / "older"
    shutil.copytree(target.random.choice(target.older), folder)
    try:
        with _opened(folder / target.name) as connection:
            yield connection
    finally:
        shutil.rmtree(folder)


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if not name.startswith(_HIDDEN)]


def _table(connection: sqlite3.Connection, random: Random, least: int = 1) -> str:
    """One that has rows; a big one is hit as often as a small one."""
    full = [
        table
        for table in _tables(connection)
        if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= least
    ]
    return random.choice(full)


def _keys(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]


def _rows(
    connection: sqlite3.Connection, table: str, random: Random, number: int
) -> list[dict[str, Any]]:
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    return random.sample(rows, min(number, len(rows)))


def _row(connection: sqlite3.Connection, table: str, random: Random) -> dict[str, Any]:
    return _rows(connection, table, random, 1)[0]


def _where(
    connection: sqlite3.Connection, table: str, row: dict[str, Any]
) -> tuple[str, list[Any]]:
    keys = _keys(connection, table)
    return " AND ".join(f"{key} IS ?" for key in keys), [row[key] for key in keys]


def _update(
    connection: sqlite3.Connection, table: str, row: dict[str, Any], values: dict[str, Any]
) -> None:
    where, keys = _where(connection, table, row)
    changes = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE {table} SET {changes} WHERE {where}", [*values.values(), *keys])


def _delete(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    where, keys = _where(connection, table, row)
    connection.execute(f"DELETE FROM {table} WHERE {where}", keys)


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})", list(row.values())
    )


def _beyond(connection: sqlite3.Connection, table: str, key: str) -> object:
    newest = connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
    if isinstance(newest, int):
        return newest + 1
    return newest + ("x" if isinstance(newest, str) else b"x")


def _other(value: object, random: Random) -> object:
    """A value of the same kind that is another one."""
    if isinstance(value, int):
        return value + random.choice((-1, 1, 2**33))
    if isinstance(value, str):
        place = random.randrange(len(value) + 1)
        return value[:place] + random.choice("0123456789abcdefxyz-") + value[place + 1 :]
    if isinstance(value, bytes) and value:
        content = bytearray(value)
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        return bytes(content)
    return random.choice(("x", b"x", 1))
