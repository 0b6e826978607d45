"""A pack is read whole or told whole; merging changes what it names and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance import catalogue, policy_pack, yaml_tree
from compliance.errors import CatalogueError
from compliance.pack_merge import clashes, merged, merged_all, misfits, unmergeable
from compliance.pack_rules import MOST_CHECKS, path_problem
from compliance.policy_pack import Pack
from tests.agent.pack_writing import HEAD, checks, good_files

RAW = (Path(__file__).parents[2] / "policies/tcvn-14423-2026/level-3.yaml").read_bytes()
SHELF = {"tcvn-14423-2026.level-3": RAW}


def good() -> Pack:
    pack = policy_pack.read(good_files()).pack
    assert pack is not None
    return pack


def problems(files: dict[str, str]) -> set[tuple[str, str]]:
    return {
        (str(each.parameters["file"]), str(each.parameters["path"]))
        for each in policy_pack.read(files).problems
    }


def test_a_good_pack_has_no_problem_and_fits() -> None:
    read = policy_pack.read(good_files())
    assert read.problems == ()
    assert misfits(good(), SHELF) == unmergeable(good(), SHELF) == ()


def test_merging_changes_only_what_the_pack_names() -> None:
    before, after = catalogue.parse(RAW), catalogue.parse(merged(RAW, good()))
    old = {control.id: control for control in before.controls}
    new = {control.id: control for control in after.controls}
    assert [name for name in new if name not in old] == ["gl.host.01"]
    assert [name for name in old if old[name] != new[name]] == ["l3.risk.01"]
    assert (new["l3.risk.01"].changed_by, new["gl.host.01"].changed_by) == ("gl", "gl")
    assert {control.changed_by for control in before.controls} == {""}
    assert (before.id, before.level, before.title) == (after.id, after.level, after.title)


def test_the_same_files_give_the_same_bytes() -> None:
    assert merged(RAW, good()) == merged(RAW, good())
    assert merged(merged(RAW, good()), good_without_rows()) == merged(RAW, good())


def good_without_rows() -> Pack:
    files = {"pack.yaml": good_files()["pack.yaml"].partition("controls:")[0]}
    pack = policy_pack.read(files).pack
    assert pack is not None
    return pack


def test_a_pack_that_names_nothing_here_leaves_the_bytes_alone() -> None:
    other = RAW.replace(b"l3.", b"l9.").replace(b"14423-2026.level-3", b"14423-2026.level-9")
    assert merged(other, good()) is other
    assert merged_all(RAW, ()) is RAW


def test_a_new_threshold_is_a_duty_and_no_suggestion_any_more() -> None:
    document = yaml_tree.parse(RAW).value
    assert isinstance(document, dict)
    rows = document["controls"]
    assert isinstance(rows, list)
    suggested = next(
        str(row["id"]) for row in rows if isinstance(row, dict) and row.get("suggested")
    )
    override = (
        f"  - control: {suggested}\n    why: {{vi: a, en: b}}\n    threshold: 'x<=1'\n"
        "    decided_by: {checks: {all: [gl.app.line]}}\n"
    )
    files = good_files()
    files["pack.yaml"] = files["pack.yaml"].replace("overrides:\n", f"overrides:\n{override}")
    pack = policy_pack.read(files).pack
    assert pack is not None
    changed = {each.id: each for each in catalogue.parse(merged(RAW, pack)).controls}[suggested]
    assert (changed.threshold, changed.suggested) == ("x<=1", False)
    assert changed.rule.checks() == ("gl.app.line",)


def test_two_packs_may_not_change_one_row() -> None:
    assert [str(each.parameters["path"]) for each in clashes(good(), [good()])] == [
        "$.overrides[0].control"
    ]
    assert clashes(good(), []) == ()


def test_what_does_not_go_together_in_a_row_is_found_when_it_is_merged() -> None:
    files = good_files()
    row = '    clause: "GL 1"\n    cadence: P1M\n    fresh_for: P1D\n'
    files["pack.yaml"] = files["pack.yaml"].replace('    clause: "GL 1"\n', row)
    pack = policy_pack.read(files).pack
    assert pack is not None
    assert misfits(pack, SHELF) == ()
    (problem,) = unmergeable(pack, SHELF)
    assert "fresh_for" in str(problem) or "cadence" in str(problem)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("id: gl\n", "id: GL\n", "$.id"),
        ("version: 1", "version: 0", "$.version"),
        ("weight: 5", "weight: 6", "$.overrides[0].weight"),
        ("    weight: 5\n", "", "$.overrides[0]"),
        ("weight: 5", "threshold: x", "$.overrides[0].threshold"),
        ("kind: host", "kind: cloud", "$.controls[0].kind"),
        ("id: gl.host.01", "id: other.01", "$.controls[0].id"),
        ("The province's line", "Line\\u001b[2J", "$.controls[0].title.en"),
    ],
)
def test_a_problem_is_told_at_its_place(old: str, new: str, place: str) -> None:
    files = good_files()
    text = files["pack.yaml"]
    files["pack.yaml"] = (
        text.replace(old, new)
        if "\\u" not in new
        else text.replace("The province's line", "x\\u001b[2Jx")
    )
    assert ("pack.yaml", place) in problems(files)


@pytest.mark.parametrize(
    ("family", "given_", "place"),
    [
        ("file_contains", "{path: /srv/x, line: abc}", "$.checks[0].with"),
        ("file_contains", "{path: /etc/x/../y, line: abc}", "$.checks[0].with"),
        ("file_contains", "{path: /etc/shadow, line: abc}", "$.checks[0].with"),
        ("file_mode", "{path: /etc/x, at_most: '0644', owner: [bn]}", "$.checks[0].with.owner"),
        ("file_mode", "{path: /etc/x, at_most: '0644', group: bn}", "$.checks[0].with.group"),
    ],
)
def test_a_problem_of_a_check_is_told_at_its_place(family: str, given_: str, place: str) -> None:
    files = {**good_files(), "checks/lines.yaml": checks(family, given_)}
    assert ("checks/lines.yaml", place) in problems(files)


def test_modes_of_a_closed_file_may_be_asked() -> None:
    given_ = "{path: /etc/shadow, at_most: '0640', group: [root, shadow]}"
    assert problems({**good_files(), "checks/lines.yaml": checks("file_mode", given_)}) == set()


def test_names_stand_once_and_checks_are_bounded() -> None:
    files = good_files()
    files["checks/again.yaml"] = files["checks/lines.yaml"]
    assert ("checks/lines.yaml", "$.checks[0]") in problems(files)
    files = good_files()
    for number in range(MOST_CHECKS // 50 + 1):
        given_ = [f"{{path: /etc/a{number}/b{n}, line: abc}}" for n in range(50)]
        files[f"checks/n{number}.yaml"] = checks("file_contains", *given_, prefix=f"gl.n.c{number}")
    assert problems(files) == {("pack.yaml", "$")}


def test_without_a_head_there_is_no_pack() -> None:
    read = policy_pack.read({"checks/lines.yaml": good_files()["checks/lines.yaml"]})
    assert read.pack is None
    assert read.problems


def test_a_head_with_faults_is_read_on() -> None:
    files = {"pack.yaml": HEAD.format(version="x").replace("weight: 5", "weight: 50")}
    assert {("pack.yaml", "$.version"), ("pack.yaml", "$.overrides[0].weight")} <= problems(files)


@given(st.dictionaries(st.sampled_from(["pack.yaml", "checks/a.yaml", "x.yaml"]), st.text()))
def test_any_text_gives_a_pack_or_problems(files: dict[str, str]) -> None:
    read = policy_pack.read(files)
    assert read.pack is not None or read.problems


@given(st.text())
def test_no_path_outside_the_public_folders_is_ever_good(path: str) -> None:
    if not path_problem(path):
        assert path.startswith(
            ("/etc", "/usr", "/proc/sys", "/sys", "/run/systemd", "/var/lib/dpkg")
        )
        assert ".." not in path.split("/")


def test_what_a_check_may_not_bring_is_told() -> None:
    files = good_files()
    files["checks/lines.yaml"] += '    remedy: "rm -rf /"\n'
    assert problems(files) == {("checks/lines.yaml", "$.checks[0].remedy")}
    files = good_files()
    files["checks/lines.yaml"] = checks("file_contains", "text").replace("gl.app.line", "No Name")
    assert problems(files) == {("checks/lines.yaml", "$.checks[0].id")}
    files["checks/lines.yaml"] = "a: [\n"
    assert ("checks/lines.yaml", "$") in problems(files)


def test_the_ninth_question_about_a_file_is_told() -> None:
    given_ = [f"{{path: /etc/app/app.conf, line: guess{n}}}" for n in range(10)]
    files = {**good_files(), "checks/lines.yaml": checks("file_contains", *given_)}
    assert problems(files) == {("checks/lines.yaml", "$.checks[8].with")}


def test_a_relative_path_is_no_path() -> None:
    assert path_problem("etc/x")
    assert path_problem("/etc/x") == ""


def test_checks_are_found_however_deep_a_rule_is_joined() -> None:
    files = good_files()
    rule = "{any: [{checks: {any: [gl.app.none]}}, {all: [{attest: true}]}]}"
    files["pack.yaml"] = files["pack.yaml"].replace("{checks: {all: [gl.app.line]}}", rule)
    pack = policy_pack.read(files).pack
    assert pack is not None
    (problem,) = misfits(pack, SHELF)
    assert problem.parameters["path"] == "$.controls[0].decided_by"


def test_names_of_the_standard_cannot_be_taken_over() -> None:
    files = {name: text.replace("gl.", "l3.") for name, text in good_files().items()}
    files["pack.yaml"] = (
        files["pack.yaml"].replace("id: gl", "id: l3").replace("id: l3.host.01", "id: l3.risk.02")
    )
    pack = policy_pack.read(files).pack
    assert pack is not None
    paths = {str(each.parameters["path"]) for each in misfits(pack, SHELF)}
    assert {"$", "$.controls[0].id"} <= paths


def test_a_text_that_the_catalogue_would_read_otherwise_is_not_merged() -> None:
    """Such a text is told as a problem before; merging does not rely on it."""
    files = good_files()
    files["pack.yaml"] = files["pack.yaml"].replace("The province's line", "a\\u2028 b")
    pack = policy_pack.read(files).pack
    assert pack is not None
    with pytest.raises(CatalogueError):
        merged(RAW, pack)
