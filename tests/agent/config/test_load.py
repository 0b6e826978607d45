"""agent.yaml: everything that is wrong is said at once, and nothing wrong is accepted."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from agent.config.edit import with_controller
from agent.config.home import home_at
from agent.config.load import NoConfigurationError, examine, load
from agent.config.model import AgentConfig
from agent.config.problems import ConfigurationProblemsError
from agent.config.sample import MAINTENANCE_SAMPLE, SAMPLE, sample
from agent.config.schema import field_kinds
from agent.config.secret_files import secret_file_problems
from texts.catalogue import use
from wire.verdicts import Names

SITE = "sites: [{name: a, kind: local, held_by: owned, path: /mnt/a}]\n"
DATASET = "datasets: [{name: d, paths: [/srv], schedule: '0 1 * * *', rpo: 8h"


def problems_of(text: str) -> dict[str, str]:
    """Path -> the whole line that a person reads."""
    return {problem.path: str(problem) for problem in examine(text.encode())[1]}


def test_what_is_of_the_wrong_kind_does_not_hide_the_broken_rules() -> None:
    text = SITE.replace("kind: local", "kind: local, port: x") + DATASET.replace("8h", "8 giờ")
    found = problems_of(text.replace("0 1 *", "75 1 *") + "}]\nfaciliti: X\nnotify: {mail: it}\n")
    assert set(found) == {
        "sites[0].port", "datasets[0].rpo", "datasets[0].schedule", "faciliti", "notify.mail",
    }  # fmt: skip


def test_what_follows_from_an_unusable_value_is_not_told() -> None:
    relative = DATASET.replace("[/srv]", "[srv]") + "}]"
    assert set(problems_of(SITE + relative)) == {"datasets[0].paths[0]"}
    assert set(problems_of(SITE + DATASET.replace("[/srv]", "7") + "}]")) == {"datasets[0].paths"}


def test_an_empty_file_is_an_agent_alone_with_nothing_to_do() -> None:
    assert examine(b"") == (AgentConfig(), ())


def test_the_sample_is_a_good_configuration_in_every_language() -> None:
    for language in ("vi", "en"):
        use(language)
        config, problems = examine(sample().encode())
        assert problems == ()
        assert examine(sample(MAINTENANCE_SAMPLE).encode())[1] == ()
        assert config is not None
        assert [site.kind for site in config.sites] == ["local", "append_only_ssh", "s3"]
    use("en")


def test_the_sample_holds_what_its_data_say() -> None:
    assert yaml.safe_load(sample()) == yaml.safe_load(yaml.safe_dump(SAMPLE))


def test_the_sample_shows_every_key_of_the_schema() -> None:
    shown: dict[tuple[str, ...], set[str]] = {}

    def look(kind: inspect.Type, value: object) -> None:
        fields = field_kinds(kind)
        keys = shown.setdefault(tuple(fields), set())
        for group in value if isinstance(value, list) else [value]:
            for key, inner in group.items() if isinstance(group, dict) and fields else ():
                keys.add(key)
                look(fields[key].type, inner)

    look(inspect.type_info(AgentConfig), SAMPLE)
    look(inspect.type_info(AgentConfig), MAINTENANCE_SAMPLE)
    assert [set(fields) - keys for fields, keys in shown.items() if set(fields) - keys] == []


def test_every_key_of_the_schema_is_explained() -> None:
    def unexplained(kind: inspect.Type) -> list[str]:
        found = []
        for name, field in field_kinds(kind).items():
            described = isinstance(field.type, inspect.Metadata) and field.type.extra_json_schema
            if not described:
                found.append(name)
            found += unexplained(field.type)
        return found

    assert unexplained(inspect.type_info(AgentConfig)) == []


def test_all_problems_are_found_at_once() -> None:
    found = problems_of(
        "facilty: x\nsystems: [{code: A, regime: ND13, level: 3}]\n"
        "datasets: [{name: d, paths: srv, schedule: daily}]\nmetrics: [1]\n"
    )
    assert found.keys() == {
        "facilty",
        "systems[0].regime",
        "datasets[0].paths",
        "datasets[0].rpo",
        "metrics",
    }


def test_an_unknown_key_names_the_near_one() -> None:
    assert "“facility”" in problems_of("facilty: x")["facilty"]
    assert (
        "“held_by”"
        in problems_of("sites: [{name: a, kind: local, heldby: owned}]")["sites[0].heldby"]
    )


def test_an_unknown_key_far_from_all_lists_the_known_ones() -> None:
    assert "datasets" in problems_of("zzz: 1")["zzz"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("controller: {url: 'https://me:hunter2@soc.example:8443'}", "controller.url"),
        ("controller: {url: 'http://soc.example'}", "controller.url"),
        ("controller: {url: 'https://soc.example/path'}", "controller.url"),
        ("controller: {url: 1}", "controller.url"),
        ("systems: [{code: A, regime: ND331, level: 6}]", "systems[0].level"),
        ("systems: [{code: A, regime: ND331, level: 0}]", "systems[0].level"),
        ("systems: [{code: 'a b', regime: ND331, level: 3}]", "systems[0].code"),
        ("facility: 'a b'", "facility"),
        ("integrity: [{path: srv}]", "integrity[0].path"),
        ("integrity: [{path: /srv, folder_depth: 0}]", "integrity[0].folder_depth"),
        ("integrity: [{path: /srv}, {path: /srv}]", "integrity"),
        ("integrity: [{path: /srv, names: all}]", "integrity[0].names"),
        ("integrity: [{path: /srv, alert: none}]", "integrity[0].alert"),
        ("integrity: [{path: /etc/ssh, alert: attacks}]", "integrity[0].alert"),
        ("integrity: [{path: /, alert: attacks}]", "integrity[0].alert"),
        (DATASET.replace("8h", "8 hours") + "}]", "datasets[0].rpo"),
        (DATASET.replace("0 1 * * *", "daily") + "}]", "datasets[0].schedule"),
        (DATASET.replace("[/srv]", "[]") + "}]", "datasets[0].paths"),
        (DATASET + ", names: folder}]", "datasets[0].names"),
        ("sites: [{name: a, kind: ftp, held_by: owned}]", "sites[0].kind"),
        ("sites: [{name: a, kind: local, held_by: owned}]", "sites[0].path"),
        ("sites: [{name: a, kind: local, held_by: rented, path: /a}]", "sites[0].held_by"),
        (SITE.replace("path: /mnt/a", "path: /a, port: 70000"), "sites[0].port"),
        (SITE.replace("path: /mnt/a", "path: /a, coordinates: [1]"), "sites[0].coordinates"),
        ("drills: {d0: never}", "drills.d0"),
        ("metrics: {listen: '0.0.0.0:9273'}", "metrics.listen"),
        ("orders: [check, wipe]", "orders[1]"),
        ("facility: a\nfacility: b", "facility"),
        ("facility: [", "line 1"),
    ],
)
def test_each_mistake_is_found_at_its_place(text: str, path: str) -> None:
    assert path in problems_of(text)


def test_a_secret_inside_an_address_is_never_shown() -> None:
    for text in (
        "controller: {url: 'https://me:hunter2@soc.example:8443'}",
        "sites: [{name: a, kind: local, held_by: owned, path: /a, host: 'u:hunter2@h'}]",
        "password: hunter2",
        "controller: {password: hunter2}",
        "facility: ['https://me:hunter2@soc']",
    ):
        shown = "".join(problems_of(text).values())
        assert shown
        assert "hunter2" not in shown


def test_yes_and_no_stay_words() -> None:
    config, problems = examine(b"facility: NO\n")
    assert problems == ()
    assert config is not None
    assert config.facility == "NO"


def test_names_default_to_none_disclosed() -> None:
    config, _ = examine(b"integrity: [{path: /srv}]")
    assert config is not None
    assert config.integrity[0].names is Names.NONE


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoConfigurationError, match=r"agent\.yaml") as refusal:
        load(home_at(tmp_path))
    assert refusal.value.exit_code == 78


def test_a_wrong_file_lists_all_problems(tmp_path: Path) -> None:
    (tmp_path / "agent.yaml").write_text("facilty: x\norders: [wipe]\n")
    with pytest.raises(ConfigurationProblemsError) as refusal:
        load(home_at(tmp_path))
    assert refusal.value.exit_code == 78
    assert [each.path for each in refusal.value.problems] == ["facilty", "orders[0]"]


def test_joining_adds_what_is_missing_and_keeps_the_rest() -> None:
    raw = b"# ours\norders: [check]"
    new, problems = with_controller(raw, "https://soc.example:8443", "GL")
    assert problems == ()
    assert new.startswith(raw)
    config, _ = examine(new)
    assert config is not None
    assert config.controller is not None
    assert (config.facility, config.orders) == ("GL", ("check",))


def test_joining_twice_changes_nothing() -> None:
    once, _ = with_controller(b"", "https://soc.example:8443", "GL")
    assert with_controller(once, "https://soc.example:8443", "GL") == (once, ())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_configuration_or_a_list_of_problems(raw: bytes) -> None:
    config, problems = examine(raw)
    assert config is not None or problems


YAML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*SAMPLE, "name", "path", "kind", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*SAMPLE, "x"]), YAML_VALUES, max_size=5))
def test_any_document_is_a_configuration_or_a_list_of_problems(document: object) -> None:
    config, problems = examine(yaml.safe_dump(document).encode())
    assert config is not None or problems


def test_key_files_must_exist_for_their_owner_only(tmp_path: Path) -> None:
    key, probe = tmp_path / "key", tmp_path / "probe"
    key.write_text("secret")
    key.chmod(0o644)
    config, _ = examine(
        f"sites: [{{name: b, kind: append_only_ssh, held_by: hosted, user: u, host: h,"
        f" key_file: {key}, probe_key_file: {probe}, known_hosts_file: {key}}}]".encode()
    )
    assert config is not None
    found = {problem.path: problem.found for problem in secret_file_problems(config)}
    assert found.keys() == {"sites[0].key_file", "sites[0].probe_key_file"}
    assert "0644" in found["sites[0].key_file"]
    key.chmod(0o600)
    probe.touch(mode=0o600)
    assert secret_file_problems(config) == []
