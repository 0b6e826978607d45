"""Writes entries until it is killed; a line tells of each entry after its commit."""

import itertools
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from controller.store.engine import open_database
from controller.store.log import NewEntry, append
from wire.acts import ActStatement, FacilityAdded
from wire.chain import digest
from wire.codec import encode
from wire.envelope import seal
from wire.keys import SigningKey


def entry(writer: str, number: int, key: SigningKey) -> NewEntry:
    code = f"{writer}.{number}"
    now = datetime.now(UTC)
    statement = ActStatement(by=writer, at=now, act=FacilityAdded(code, f"Cơ sở {code}"))
    return NewEntry(code, "act", seal("act", encode(statement), key), statement)


def main() -> None:
    path, writer, told = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    database, key = open_database(path), SigningKey.generate(os.urandom)
    with told.open("ab", buffering=0) as acknowledged:
        for number in itertools.count(step=3):
            entries = [entry(writer, number + step, key) for step in range(3)]
            with database.writing() as connection:
                places = append(connection, entries, datetime.now(UTC))
            lines = [
                f"{place} {digest(new.envelope)}\n"
                for place, new in zip(places, entries, strict=True)
            ]
            acknowledged.write("".join(lines).encode())


if __name__ == "__main__":
    main()
