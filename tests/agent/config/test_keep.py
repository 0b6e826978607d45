"""Which old points stay, and who may remove them: what a configuration may not say."""

import pytest

from agent.config.keep import Keep
from agent.config.load import examine

DATASET = "datasets: [{{name: d, paths: [/srv], schedule: '0 1 * * *', rpo: 8h, keep: {keep}}}]\n"
MAINTAINED = """sites: [{name: b, kind: append_only_ssh, held_by: hosted, user: lachan,
  host: b.example, known_hosts_file: /k, maintenance: {key_file: /m, datasets: [{name: d}]}}]
"""


def problems_of(text: str) -> dict[str, str]:
    return {problem.path: str(problem) for problem in examine(text.encode())[1]}


def keep_problems(keep: str) -> dict[str, str]:
    return problems_of(DATASET.format(keep=keep))


def test_without_a_word_points_are_kept_as_the_sample_says() -> None:
    config, problems = examine(DATASET.format(keep="{}").encode())
    assert config is not None
    assert (problems, config.datasets[0].keep) == ((), Keep())
    assert Keep().spans["within_daily"] == "30d"


@pytest.mark.parametrize("keep", ["{within_daily: 29d}", '{within_daily: ""}'])
def test_fewer_than_thirty_days_of_daily_points_are_refused_with_the_reason(keep: str) -> None:
    found = keep_problems(keep)
    assert list(found) == ["datasets[0].keep.within_daily"]
    assert "30d or more" in found["datasets[0].keep.within_daily"]


def test_hourly_points_of_thirty_days_are_daily_points_too() -> None:
    assert keep_problems('{within_hourly: 30d, within_daily: ""}') == {}


def test_what_keeps_no_longer_than_the_rpo_is_refused() -> None:
    short = '{within_hourly: 8h, within_daily: "", within_weekly: "", within_monthly: ""}'
    assert "RPO 8h" in keep_problems(short)["datasets[0].keep"]


def test_weeks_are_no_unit_of_restic() -> None:
    assert list(keep_problems("{within_weekly: 26w}")) == ["datasets[0].keep.within_weekly"]


def test_a_maintenance_host_needs_no_key_of_the_protected_server() -> None:
    assert problems_of(MAINTAINED) == {}


def test_a_server_with_datasets_must_not_hold_the_key_that_deletes() -> None:
    found = problems_of(MAINTAINED + DATASET.format(keep="{}"))
    assert list(found) == ["sites[0].maintenance"]
    assert "must not be able to delete its backups" in found["sites[0].maintenance"]


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("key_file: /m, ", "", "sites[0].maintenance"),
        ("[{name: d}]", "[]", "sites[0].maintenance.datasets"),
        ("{name: d}", "{name: d, keep: {within_daily: 1d}}", "sites[0].maintenance.datasets[0]"),
    ],
)
def test_what_a_maintenance_host_lacks_is_told(before: str, after: str, path: str) -> None:
    found = problems_of(MAINTAINED.replace(before, after))
    assert any(place.startswith(path) for place in found)


def test_the_maintenance_hosts_key_must_be_one() -> None:
    text = MAINTAINED.replace("maintenance: {key_file: /m, datasets: [{name: d}]}", "key_file: /a")
    assert problems_of(text) == {}
    wrong = text.replace("key_file: /a", "key_file: /a, maintained_by: AAAA")
    assert list(problems_of(wrong)) == ["sites[0].maintained_by"]
