"""What somebody without the key can do to a database: bytes, pages, rows, files."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench.tampering_rows import (
    another,
    beyond,
    delete_one,
    insert_row,
    keys_of,
    some_row,
    some_rows,
    some_table,
    tables_of,
    update_row,
)
from bench.tampering_suspicions import dismiss_all
from bench.tampering_target import Target, older_moment, opened

PARTS = ("", "-wal", "-shm")
_OF_PATHS = {  # table and column that say which path, or which of them, a row belongs to
    "baseline": ("entries", "baseline"),
    "events": ("members", "event"),
    "suspicion": ("kept", "name"),
}


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
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        row = some_row(connection, table, target.random)
        column = target.random.choice(sorted(row))
        update_row(connection, table, row, {column: another(row[column], target.random)})


def swap_rows(target: Target) -> None:
    """Two rows change places: everything but their keys."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random, least=2)
        one, other = some_rows(connection, table, target.random, 2)
        keys = keys_of(connection, table)
        mine = {name: value for name, value in one.items() if name not in keys}
        yours = {name: value for name, value in other.items() if name not in keys}
        update_row(connection, table, one, yours)
        update_row(connection, table, other, mine)


def delete_row(target: Target) -> None:
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        delete_one(connection, table, some_row(connection, table, target.random))


def delete_newest(target: Target) -> None:
    """A few of the newest rows: the end is cut off."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        order = ", ".join(f"{key} DESC" for key in keys_of(connection, table))
        number = target.random.randint(1, 5)
        query = f"SELECT * FROM {table} ORDER BY {order} LIMIT {number}"
        for row in connection.execute(query).fetchall():
            delete_one(connection, table, dict(row))


def empty_table(target: Target) -> None:
    with opened(target.file) as connection:
        connection.execute(f"DELETE FROM {some_table(connection, target.random)}")


def empty_everything(target: Target) -> None:
    with opened(target.file) as connection:
        for table in tables_of(connection):
            connection.execute(f"DELETE FROM {table}")


def double_row(target: Target) -> None:
    """Once more, under the next free key."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        row = some_row(connection, table, target.random)
        key = keys_of(connection, table)[-1]
        copy = {**row, key: beyond(connection, table, key)}
        insert_row(connection, table, copy)


def row_of_older(target: Target) -> None:
    """Rows as they once were, in the place of what is there now."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        with older_moment(target) as older:
            rows = some_rows(older, table, target.random, target.random.randint(1, 4))
        for row in rows:
            insert_row(connection, table, row)


def table_of_older(target: Target) -> None:
    """A whole table as it once was: the ends fit together, the rest does not."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        with older_moment(target) as older:
            rows = [dict(row) for row in older.execute(f"SELECT * FROM {table}")]
        connection.execute(f"DELETE FROM {table}")
        for row in rows:
            insert_row(connection, table, row)


def move_between_paths(target: Target) -> None:
    """What was said of one watched path is said of the other."""
    with opened(target.file) as connection:
        table, column = _OF_PATHS.get(target.file.stem, ("envelopes", "sequence"))
        values = [row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table}")]
        row = some_row(connection, table, target.random)
        with contextlib.suppress(sqlite3.IntegrityError):  # that place is taken
            update_row(connection, table, row, {column: target.random.choice(values)})


def exchange_paths(target: Target) -> None:
    """Both watched paths exchange their baselines, or two events their members."""
    with opened(target.file) as connection:
        found = {**_OF_PATHS, "suspicion": ("acts", "number")}
        table, column = found.get(target.file.stem, ("envelopes", "position"))
        values = [row[0] for row in connection.execute(f"SELECT DISTINCT {column} FROM {table}")]
        one, other = target.random.sample(values, 2)
        change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
        for pair in ((-1, one), (one, other), (other, -1)):
            connection.execute(change, pair)


def add_trigger(target: Target) -> None:
    """What is written from now on disappears again."""
    with opened(target.file) as connection:
        table = some_table(connection, target.random)
        connection.execute(
            f"CREATE TRIGGER t AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END"
        )


def change_version(target: Target) -> None:
    with opened(target.file) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {target.random.choice((0, version + 1, 99))}")


def mark_as_sent(target: Target) -> None:
    """Evidence that waits looks acknowledged; of other databases: a mark of another kind."""
    if target.file.stem == "suspicion":
        dismiss_all(target)
        return
    with opened(target.file) as connection:
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
