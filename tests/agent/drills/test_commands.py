"""The commands `drill`, `site` and `playbook` as a person and a program meet them."""

import json
import subprocess
import sys
from typing import Any

import pytest

from agent.playbooks.model import STEP_KINDS
from agent.state.lock import hold
from tests.agent.drills.conftest import DATASET, Hospital, damage
from wire.codec import decode_statement
from wire.envelope import peek_payload
from wire.messages import PlaybookStep, SiteEvidence, SiteState

PLAYBOOK = "recovery/file-server-lost"


def _run(hospital: Hospital, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent.cli", "--home", str(hospital.home.config_dir), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _json(hospital: Hospital, *words: str, code: int = 0) -> dict[str, Any]:
    ended = _run(hospital, *words, "--json")
    assert ended.returncode == code, ended.stderr
    document: dict[str, Any] = json.loads(ended.stdout)
    assert {"schema", "host", "at"} <= document.keys()
    return document


def test_drill_run_says_everything_that_the_shape_promises(hospital: Hospital) -> None:
    drill = _json(hospital, "drill", "run", "--class", "D1", "--site", "b")
    assert drill["schema"] == "lachan.drill/1"
    assert (drill["class"], drill["verdict"], drill["assurance"]) == ("D1", "PASSED", "self")
    assert (drill["site"], drill["mismatches"], drill["unproven"]) == ("b", 0, 0)
    assert drill["cause"] is None
    assert drill["objective_seconds"] == 86400
    for key in ("snapshot", "files", "bytes", "phases", "rto_seconds", "predicted_rto_seconds"):
        assert drill[key], key
    listed = _json(hospital, "drill", "list")
    assert [one["id"] for one in listed["drills"]] == [drill["id"]]
    assert listed["verdict"] == "PASSED"
    assert _json(hospital, "drill", "show", drill["id"])["id"] == drill["id"]


def test_a_failed_drill_ends_with_1_and_says_what_to_do(hospital: Hospital) -> None:
    for pack in hospital.packs_b:
        damage(pack)
    ended = _run(hospital, "--lang", "vi", "drill", "run", "--class", "D1", "--site", "b")
    assert ended.returncode == 1
    assert "FAILED" in ended.stdout
    assert "REPOSITORY_DAMAGED" in ended.stdout
    assert "backup verify" in ended.stdout


def test_a_drill_that_cannot_look_ends_with_2(hospital: Hospital) -> None:
    kept = hospital.site_b.known_hosts_file.read_text()
    hospital.site_b.known_hosts_file.write_text("")
    try:
        document = _json(hospital, "drill", "run", "--class", "D0", "--site", "b", code=2)
    finally:
        hospital.site_b.known_hosts_file.write_text(kept)
    assert document["verdict"] == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("drill", "run"), 64),
        (("drill", "run", "--class", "D2"), 64),
        (("drill", "run", "--class", "D0", "--nonce", "short"), 64),
        (("drill", "show", "D1-0"), 64),
        (("playbook", "show", "recovery/nothing"), 64),
        (("playbook", "run", PLAYBOOK, "--answers", "demo"), 64),
        (("playbook", "run", PLAYBOOK, "--site", "b"), 64),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_words_end_with_64_and_one_sentence(
    hospital: Hospital, words: tuple[str, ...], code: int
) -> None:
    ended = _run(hospital, *words)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert ended.stderr


def test_site_probe_says_that_one_machine_is_one_place(hospital: Hospital) -> None:
    document = _json(hospital, "site", "probe", code=1)
    assert (document["schema"], document["verdict"]) == ("lachan.site/1", "NOT_SEPARATE")
    assert [(pair["a"], pair["b"]) for pair in document["pairs"]] == [
        ("host", "a"),
        ("host", "b"),
        ("a", "b"),
    ]
    pair = document["pairs"][-1]
    assert {"boot_id", "filesystem"} <= set(pair["hard"])
    assert "repository" not in pair["hard"] + pair["soft"] + pair["missing"]  # they differ
    assert document["faults"] == []
    body = decode_statement("sites", peek_payload(hospital.newest_envelope("sites"))).body
    assert isinstance(body, SiteEvidence)
    assert body.verdict.value == "NOT_SEPARATE"
    with hospital.records() as records:
        separation = records.separation()
    assert separation is not None
    assert separation[0].value == "NOT_SEPARATE"


def test_site_probe_attacks_each_site_and_what_it_finds_stands_everywhere(
    hospital: Hospital,
) -> None:
    with hold(hospital.home, "backup"):
        assert _json(hospital, "site", "probe", code=1)["attacks"] == []
    document = _json(hospital, "site", "probe", code=1)
    attacks = {one["site"]: one for one in document["attacks"]}
    assert (attacks["a"]["protection"], attacks["b"]["protection"]) == ("none", "proved")
    assert "delete" in attacks["a"]["succeeded"]
    assert {"delete", "remove_key", "shell", "forward"} <= set(attacks["b"]["refused"])
    shown = _run(hospital, "backup", "status", "--json")
    (dataset,) = json.loads(shown.stdout)["datasets"]
    assert [site["protection"] for site in dataset["sites"]] == ["none", "proved"]
    sealed = hospital.newest_envelope("site_state")
    state = decode_statement("site_state", peek_payload(sealed)).body
    assert isinstance(state, SiteState)
    assert (state.site, state.protection.value) == ("b", "proved")
    assert state.attacks_refused == tuple(attacks["b"]["refused"])


def test_a_site_that_hides_stays_where_the_last_look_saw_it(hospital: Hospital) -> None:
    seen = _json(hospital, "site", "probe", code=1)["pairs"]
    assert all(pair["decided_at"] is None for pair in seen)
    key = hospital.site_b.probe_key_file
    hidden = key.rename(key.with_name("hidden"))
    try:
        document = _json(hospital, "site", "probe", code=1)
    finally:
        hidden.rename(key)
    assert [fault["site"] for fault in document["faults"]] == ["b"]
    for pair in document["pairs"][1:]:  # those with b
        assert pair["verdict"] == "NOT_SEPARATE"
        assert "boot_id" in pair["hard"]
        assert "boot_id" in pair["missing"]
        assert pair["decided_at"]
    body = decode_statement("sites", peek_payload(hospital.newest_envelope("sites"))).body
    assert isinstance(body, SiteEvidence)
    assert {pair.verdict.value for pair in body.pairs} == {"NOT_SEPARATE"}
    again = _json(hospital, "site", "probe", code=1)["pairs"]
    assert [pair["hard"] for pair in again] == [pair["hard"] for pair in seen]


def test_the_playbook_is_run_and_every_begin_and_end_is_sealed(hospital: Hospital) -> None:
    words = ("--site", "b", "--dataset", DATASET, "--answers", "demo")
    document = _json(hospital, "playbook", "run", PLAYBOOK, *words)
    assert document["good"] is True
    assert {step["kind"] for step in document["steps"]} == set(STEP_KINDS)
    assert {step["by"] for step in document["steps"] if step["kind"] == "person"} == {"demo"}
    sealed = _sealed_steps(hospital)
    assert {step.run_id for step in sealed} == {document["run"]}
    assert [(s.step, s.state) for s in sealed] == [
        (step["step"], state) for step in document["steps"] for state in ("begun", "done")
    ]
    assert not any(step.by == "person" for step in sealed)
    assert all(step.playbook_digest == document["digest"] for step in sealed)
    assert _json(hospital, "drill", "list")["drills"][0]["class"] == "D1"


def test_a_playbook_whose_drill_fails_ends_with_1(hospital: Hospital) -> None:
    for pack in hospital.packs_b:
        damage(pack)
    words = ("--site", "b", "--answers", "demo")
    document = _json(hospital, "playbook", "run", PLAYBOOK, *words, code=1)
    states = {step["step"]: (step["state"], step["cause"]) for step in document["steps"]}
    assert document["good"] is False
    assert states["restore"][0] == "failed"
    assert states["restore"][1] is not None


def test_drills_that_the_owner_switched_off_are_refused_in_a_playbook(hospital: Hospital) -> None:
    with hospital.home.agent_yaml.open("a") as stream:
        stream.write("orders: [check]\n")
    words = ("--site", "b", "--answers", "demo")
    document = _json(hospital, "playbook", "run", PLAYBOOK, *words, code=1)
    states = {step["step"]: step["state"] for step in document["steps"]}
    assert states["restore"] == "refused"


def test_playbooks_are_listed_shown_and_found_good(hospital: Hospital) -> None:
    playbooks = _json(hospital, "playbook", "list")["playbooks"]
    assert [each["name"] for each in playbooks] == ["incident/ransomware-suspected", PLAYBOOK]
    for listed in playbooks:
        assert listed["problems"] == 0
        shown = _json(hospital, "playbook", "show", listed["id"])
        assert shown["digest"] == listed["digest"]
    assert _json(hospital, "playbook", "validate")["problems"] == []


def test_a_wrong_playbook_in_the_library_is_told_in_full(hospital: Hospital) -> None:
    folder = hospital.home.state_dir / "library" / "playbooks" / "recovery"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("id: mine\nsteps: [{kind: bash}]\n")
    problems = _json(hospital, "playbook", "validate", "recovery/mine", code=78)["problems"]
    assert {"title", "start", "steps[0].kind"} <= {problem["path"] for problem in problems}
    assert all(problem["mend"] for problem in problems)
    assert _run(hospital, "playbook", "run", "recovery/mine").returncode == 78


def _sealed_steps(hospital: Hospital) -> list[PlaybookStep]:
    steps = []
    for kept in reversed(hospital.app.outbox.latest("playbook", 1000)):
        body = decode_statement("playbook", peek_payload(kept.raw)).body
        assert isinstance(body, PlaybookStep)
        steps.append(body)
    return steps
