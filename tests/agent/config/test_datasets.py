"""What a dataset is made of, and what is left out on purpose: one source, one thing, a reason."""

import pytest

from agent.config.home import home_at
from agent.config.load import examine
from agent.config.sources import originals, sources

HEAD = "datasets: [{name: d, schedule: '0 1 * * *', rpo: 8h"
HOME = home_at(None)


def problems_of(text: str) -> dict[str, str]:
    return {problem.path: str(problem) for problem in examine(text.encode())[1]}


@pytest.mark.parametrize(
    ("source", "saved", "lives"),
    [
        ("paths: [/srv/a, /srv/b]", ["/srv/a", "/srv/b"], ["/srv/a", "/srv/b"]),
        ("postgresql: {database: his}", ["/var/lib/lachan/dumps/d"], []),
        ("mariadb: {database: lis}", ["/var/lib/lachan/dumps/d"], []),
        ("sqlite: {files: [/srv/q.db]}", ["/var/lib/lachan/dumps/d"], ["/srv/q.db"]),
        ("export: {path: /srv/x, done_marker: DONE}", ["/srv/x"], ["/srv/x"]),
    ],
)
def test_every_kind_of_source_is_folders_in_the_end(
    source: str, saved: list[str], lives: list[str]
) -> None:
    config, problems = examine(f"{HEAD}, {source}}}]".encode())
    assert problems == ()
    assert config is not None
    (dataset,) = config.datasets
    assert [str(path) for path in sources(dataset, HOME)] == saved
    assert [str(path) for path in originals(dataset)] == lives


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("paths: []", "datasets[0].paths"),
        ("paths: [/srv], mariadb: {database: x}", "datasets[0]"),
        ("postgresql: {database: ''}", "datasets[0].postgresql.database"),
        ("mariadb: {database: x, port: 70000}", "datasets[0].mariadb.port"),
        ("mariadb: {database: x, host: --socket=/x}", "datasets[0].mariadb.host"),
        ("mariadb: {database: x, host: 'u:p@h'}", "datasets[0].mariadb.host"),
        ("mariadb: {database: x, user: '-u'}", "datasets[0].mariadb.user"),
        ("postgresql: {database: x, run_as: '-x'}", "datasets[0].postgresql.run_as"),
        ("sqlite: {files: []}", "datasets[0].sqlite.files"),
        ("sqlite: {files: [/a, /a]}", "datasets[0].sqlite.files[1]"),
        ("export: {path: /srv, done_marker: ../x}", "datasets[0].export.done_marker"),
        ("export: {path: /srv, done_marker: ''}", "datasets[0].export.done_marker"),
        ("paths: [/srv], min_files: -1", "datasets[0].min_files"),
        ("paths: [/srv], min_bytes: -1", "datasets[0].min_bytes"),
    ],
)
def test_a_source_that_cannot_be_used_is_named_by_its_path(source: str, place: str) -> None:
    assert list(problems_of(f"{HEAD}, {source}}}]")) == [place]


def test_a_wrong_password_in_an_address_is_not_shown() -> None:
    found = problems_of(f"{HEAD}, mariadb: {{database: x, host: 'u:hunter2@h'}}}}]")
    assert "hunter2" not in "".join(found.values())


@pytest.mark.parametrize(
    "reason",
    ["''", "'   '", "todo", "TODO later!", "n/a", "xxxxxxxxxxxxx", "..........", "aaa aaa aaa a",
     "không cần", "unimportant", "lý do ........"],
)  # fmt: skip
def test_a_reason_that_says_nothing_is_an_error(reason: str) -> None:
    found = problems_of(f"excluded: [{{path: /srv/x, reason: {reason}}}]")
    assert list(found) == ["excluded[0].reason"]


@pytest.mark.parametrize(
    "things", ["path: /srv/x, share: y", "path: /srv/x, database: y, share: z", "path: ~"]
)
def test_an_exclusion_names_exactly_one_thing(things: str) -> None:
    found = problems_of(f"excluded: [{{{things}, reason: a mirror of published software}}]")
    assert list(found) == ["excluded[0]"]


def test_a_reason_in_vietnamese_is_a_reason() -> None:
    assert (
        problems_of("excluded: [{share: tạm, reason: ảnh quét chờ vài phút rồi chuyển đi}]") == {}
    )
