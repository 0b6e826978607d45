"""The commands: what they print, how they end, what they never say."""

import json
import sqlite3
import stat

import pytest
import yaml

from controller.library import shelves
from tests.controller.cli.conftest import ROOT, Program
from wire.token import parse_token

NEW_SYSTEM = ("--name", "S", "--regime", "ND85", "--level", "1")


@pytest.fixture
def ready(program: Program) -> Program:
    """Initialised, with one facility and one system."""
    program.init()
    program.json("facility", "add", "BV", "--name", "Bệnh viện")
    program.json(
        *("system", "add", "FS", "--facility", "BV", "--name", "Tệp"),
        *("--regime", "ND331", "--level", "3"),
    )
    return program


def test_init_prints_the_anchor_and_a_link_and_keeps_secrets_closed(program: Program) -> None:
    document = program.init()
    assert document["schema"] == "lachan.controller.init/1"
    assert document["origin"] == "lachan/GL"
    assert len(document["anchor"]) == len(document["order_key"]) == 64
    assert document["link"].startswith(f"https://127.0.0.1:{program.port}/welcome/")
    secrets = program.home / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o600}


def test_the_link_is_nowhere_in_the_home(program: Program) -> None:
    secret = program.init()["link"].rpartition("/")[2].encode()
    files = [file for file in program.home.rglob("*") if file.is_file()]
    assert files
    assert all(secret not in file.read_bytes() for file in files)


def test_a_second_init_is_refused_and_changes_nothing(program: Program) -> None:
    program.init()
    before = (program.home / "secrets" / "log.key").read_bytes()
    done = program.run("init", "--url", "https://x:1", "--province", "X", "--name", "X")
    assert done.returncode == 78
    assert "already" in done.stderr
    assert (program.home / "secrets" / "log.key").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://lan:geheim@soc.example:8443", "a secret or a user name inside the address"),
        ("http://soc.example", "no address"),
        ("https://soc.example/x", "more than host and port"),
        ("soc.example", "no address"),
    ],
)
def test_init_refuses_an_address_that_cannot_be_meant(
    program: Program, url: str, said: str
) -> None:
    done = program.run("init", "--url", url, "--province", "GL", "--name", "Sở")
    assert done.returncode == 78
    assert said in done.stderr
    assert "geheim" not in done.stderr
    assert not (program.home / "secrets").exists()


def test_a_token_is_shown_once_and_stored_as_a_hash(ready: Program) -> None:
    document = ready.json("token", "create", "--facility", "BV", "--system", "FS")
    token = parse_token(document["token"])
    assert (token.facility, token.url) == ("BV", f"https://127.0.0.1:{ready.port}")
    listed = ready.run("--json", "token", "list").stdout
    assert document["token_id"] in listed
    for file in (ready.home / "state").iterdir():
        assert token.secret.encode() not in file.read_bytes()
    done = ready.run("token", "revoke", document["token_id"])
    assert done.returncode == 0
    assert json.loads(ready.run("--json", "token", "list").stdout)["tokens"][0]["state"] == (
        "revoked"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("token", "create", "--facility", "XX", "--system", "FS"),
        ("token", "create", "--facility", "BV", "--system", "XX"),
        (
            "system",
            "add",
            "S",
            "--facility",
            "XX",
            "--name",
            "S",
            "--regime",
            "ND85",
            "--level",
            "1",
        ),
        ("drill", "order", "--facility", "BV", "--class", "D0", "--site", "b"),
        ("drill", "show", "order-never"),
        ("agent", "revoke", "a-never", "--reason", "x"),
        ("score", "--facility", "BV", "--system", "XX"),
        ("policy", "show", "never"),
        ("user", "link", "never"),
        ("user", "add", "x", "--role", "facility"),
    ],
    ids=" ".join,
)
def test_what_is_not_there_is_named_with_what_to_do(ready: Program, words: tuple[str, ...]) -> None:
    done = ready.run(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error.startswith("Error: ")
    assert hint.startswith("What to do: ")


@pytest.mark.parametrize(
    "words",
    [
        ("facility", "add", "BV", "--name", "again"),
        (
            "system",
            "add",
            "FS",
            "--facility",
            "BV",
            "--name",
            "S",
            "--regime",
            "ND85",
            "--level",
            "1",
        ),
        ("user", "add", "admin", "--role", "admin"),
    ],
    ids=" ".join,
)
def test_what_is_there_already_is_not_added_again(ready: Program, words: tuple[str, ...]) -> None:
    assert ready.run(*words).returncode == 1


def test_a_score_without_evidence_is_zero_and_undecided(ready: Program) -> None:
    done = ready.run("--json", "score", "--facility", "BV", "--system", "FS")
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert (document["score"], document["coverage"], document["controls"]) == (0.0, 0.0, 199)


def test_scores_of_facility_and_province_stand_beside_those_of_their_systems(
    ready: Program,
) -> None:
    words = ("--name", "Mới", "--regime", "ND331", "--level", "1")
    assert ready.run("system", "add", "NEW", "--facility", "BV", *words).returncode == 0
    told = ready.json("score")
    assert [each["raw"] for each in told["scores"]] == [0.0, 0.0]
    sums = {"score": 0.0, "raw": 0.0, "coverage": 0.0, "scored": 2, "unscored": 0}
    assert (told["facilities"], told["together"]) == ({"BV": sums}, sums)
    assert "All systems together, by level: 0.0 %" in ready.run("score").stderr


def test_a_level_that_nothing_judges_has_no_score(
    ready: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("controller.fleet.score_systems.adopted_catalogues", lambda _database: [])
    done = ready.run("--json", "score", "--facility", "BV", "--system", "FS")
    document = json.loads(done.stdout)
    assert (done.returncode, document["score"], document["catalogue"]) == (2, None, None)


def test_lists_show_what_was_added(ready: Program) -> None:
    assert [each["code"] for each in ready.json("facility", "list")["facilities"]] == ["BV"]
    (system,) = ready.json("system", "list")["systems"]
    assert (system["code"], system["level"], system["regime"]) == ("FS", 3, "ND331")
    assert [each["code"] for each in ready.json("user", "list")["users"]] == ["admin"]
    sizes = {each["catalogue"]: each["size"] for each in ready.json("policy", "list")["policies"]}
    rows = {1: 113, 2: 133, 3: 199, 4: 275, 5: 290}
    assert sizes.items() >= {f"tcvn-14423-2026.level-{n}": rows[n] for n in rows}.items()
    shown = ready.json("policy", "show", "tcvn-14423-2026.level-3")
    assert len(shown["controls"]) == 199
    assert ready.json("agent", "list")["agents"] == []
    listed = ready.json("drill", "list")
    assert (listed["drills"], listed["verdict"]) == ([], "INCONCLUSIVE")


def test_validate_names_the_fault_of_a_catalogue(ready: Program) -> None:
    good = ready.home / "good.yaml"
    bad = ready.home / "bad.yaml"
    bad.write_text("schema: lachan.catalogue/1\nid: x\n")
    good.write_bytes((ROOT / "policies/tcvn-14423-2026/level-3.yaml").read_bytes())
    assert ready.run("policy", "validate", str(good)).returncode == 0
    done = ready.run("policy", "validate", str(bad))
    assert done.returncode != 0
    assert "bad.yaml:1 $: a key is missing" in done.stdout
    assert ready.run("policy", "validate", str(ready.home / "none.yaml")).returncode == 78


def test_the_doctor_finds_everything_in_order(ready: Program) -> None:
    done = ready.run("--json", "doctor")
    document = json.loads(done.stdout)
    assert {item["verdict"] for item in document["items"]} == {document["verdict"]} == {"PASS"}
    assert not any("mend" in item for item in document["items"])
    assert done.returncode == 0


def test_the_doctor_names_an_open_secret_and_a_changed_entry(ready: Program) -> None:
    (ready.home / "secrets" / "log.key").chmod(0o644)
    connection = sqlite3.connect(ready.home / "state" / "controller.sqlite")
    with connection:
        connection.execute("UPDATE log_entry SET received_at_ms = 1 WHERE log_index = 2")
    connection.close()
    done = ready.run("--json", "doctor")
    wrong = {item["id"]: item for item in json.loads(done.stdout)["items"]
             if item["verdict"] == "FAIL"}  # fmt: skip
    assert done.returncode == 1
    assert wrong.keys() == {"secrets", "database"}
    assert json.loads(done.stdout)["verdict"] == "FAIL"
    assert wrong["secrets"]["mend"]
    assert "entry 2" in wrong["database"]["says"]


def test_a_changed_envelope_is_found(ready: Program) -> None:
    connection = sqlite3.connect(ready.home / "state" / "controller.sqlite")
    with connection:
        connection.execute("UPDATE log_entry SET envelope = x'7b7d' WHERE log_index = 1")
    connection.close()
    done = ready.run("doctor")
    assert done.returncode == 1
    assert "entry 1" in done.stdout


def test_every_unknown_key_of_the_configuration_is_an_error(ready: Program) -> None:
    file = ready.home / "controller.yaml"
    document = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**document, "pasword": "x"}))
    done = ready.run("facility", "list")
    assert done.returncode == 78
    assert "pasword" in done.stderr


def test_a_missing_home_is_one_clear_sentence(program: Program) -> None:
    done = program.run("facility", "list")
    assert done.returncode == 78
    assert "There is no controller in" in done.stderr
    assert "Traceback" not in done.stderr


def test_upgrade_reads_the_log_again(ready: Program) -> None:
    document = ready.json("db", "upgrade")
    assert (document["before"], document["now"]) == ("0007", "0007")
    assert document["entries"] == 4 + len(shelves())  # the opening, an admin, BV and FS
    assert [each["code"] for each in ready.json("facility", "list")["facilities"]] == ["BV"]


def test_every_command_has_help(program: Program) -> None:
    listed = program.run("--help")
    assert listed.returncode == 0
    for name in ("init", "serve", "doctor", "token", "score", "drill", "export", "db"):
        assert name in listed.stdout
        assert program.run(name, "--help").returncode == 0


def test_wrong_usage_ends_with_64(program: Program) -> None:
    assert program.run("facility", "burn").returncode == 64
