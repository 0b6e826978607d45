"""Evidence over HTTP: what is taken, what is refused, and what the agent hears."""

from typing import Any

from controller.fleet.province import Province
from controller.store.entries import stored_entries


def test_a_batch_is_acknowledged_with_its_places_in_the_log(host: Any, province: Province) -> None:
    lines = [host.opening(), *host.gaps(3)]
    answer = host.send(*lines).json()
    assert [line["sequence"] for line in answer["acknowledged"]] == [1, 2, 3, 4]
    with province.database.reading() as connection:
        stored = {row.log_index: row.envelope for row in stored_entries(connection)}
    assert [stored[line["log_index"]] for line in answer["acknowledged"]] == lines
