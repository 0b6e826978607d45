"""The province's packs: published, scored by, delivered, renewed; the past stays as it was."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from compliance.catalogue import Catalogue
from controller.errors import PackProblemsError, WrongValueError
from controller.fleet.adopt_policies import adopt_policies
from controller.fleet.province import Province
from controller.fleet.publish_pack import LIFE, Published, publish_pack
from controller.fleet.score_systems import store_scores
from controller.fleet.validate_policies import PolicyProblem, judged_pack
from controller.fleet.watch import watch
from controller.library import catalogue_for, shelves
from controller.store.catalogues import adopted_catalogues
from controller.store.queries_packs import newest_packs
from controller.store.rebuild import projections_digest, rebuild
from tests.agent.pack_writing import HEAD, checks, good_files
from tests.controller.speaking import Clock, SpokenHost
from wire.codec import decode_as, decode_order
from wire.envelope import open_envelope, peek_kind
from wire.http import HeartbeatAnswer
from wire.orders import PACK_BYTES, PolicyPack
from wire.verdicts import Regime


def publish(province: Province, files: Mapping[str, str] | None = None) -> Published:
    return publish_pack(province, "cli:test", files or good_files(), shelves())


def level_3(province: Province) -> Catalogue:
    with province.database.reading() as connection:
        found = catalogue_for(adopted_catalogues(connection), Regime.ND331, 3)
    assert found is not None
    return found


def delivered(province: Province, host: SpokenHost, *held: str) -> list[PolicyPack]:
    answer = decode_as(
        HeartbeatAnswer, host.heartbeat(pack_digests=held).content, limit_bytes=8 * 2**20
    )
    key = province.keys.order.public
    packs = [raw for raw in map(str.encode, answer.envelopes) if peek_kind(raw) == "policy_pack"]
    found = [
        decode_order("policy_pack", open_envelope(raw, {key.keyid: key}).payload) for raw in packs
    ]
    return [each for each in found if isinstance(each, PolicyPack)]


def told(files: Mapping[str, str]) -> list[tuple[str, int, str]]:
    return [(each.file, each.line, each.path) for each in judged_pack(files, shelves())[1]]


def test_what_a_pack_changes_is_scored_from_then_on(province: Province, clock: Clock) -> None:
    before = level_3(province)
    (old,) = store_scores(province)
    published = publish(province)
    after = level_3(province)
    assert published.catalogues == (before.id,)
    assert before.digest != after.digest
    weights = {control.id: control.weight for control in after.controls}
    assert (weights["l3.risk.01"], weights["gl.host.01"]) == (5, 3)
    assert len(after.controls) == len(before.controls) + 1
    clock.forward(timedelta(hours=1))
    (new,) = store_scores(province)
    assert old.catalogue == before
    assert new.catalogue == after


def test_a_pack_that_touches_nothing_leaves_the_standard_as_it_is(province: Province) -> None:
    before = level_3(province)
    publish(province)
    empty = "schema: lachan.policy_pack/1\nid: gl\nversion: 2\ntitle: {vi: a, en: b}\n"
    publish(province, {"pack.yaml": empty})
    assert level_3(province) == before


def test_a_restart_keeps_what_the_pack_changed(province: Province) -> None:
    publish(province)
    assert adopt_policies(province, shelves()) == []
    assert level_3(province).controls[-1].id == "gl.host.01"


def test_a_version_must_rise(province: Province) -> None:
    publish(province, good_files(3))
    for version in (1, 3):
        with pytest.raises(WrongValueError, match="≥ 4"):
            publish(province, good_files(version))
    assert publish(province, good_files(4)).pack.version == 4


def test_two_packs_stand_side_by_side_unless_they_change_one_row(province: Province) -> None:
    publish(province)
    other = {name: text.replace("gl.", "health.") for name, text in good_files().items()}
    other["pack.yaml"] = other["pack.yaml"].replace("id: gl", "id: health").replace("GL 1", "H 1")
    with pytest.raises(PackProblemsError):
        publish(province, other)
    other["pack.yaml"] = other["pack.yaml"].replace("l3.risk.01", "l3.risk.02")
    publish(province, other)
    controls = [control.id for control in level_3(province).controls]
    assert controls[-2:] == ["gl.host.01", "health.host.01"]


def test_more_packs_than_agents_keep_are_refused(province: Province) -> None:
    def empty(name: str) -> dict[str, str]:
        head = f"schema: lachan.policy_pack/1\nid: {name}\nversion: 1\ntitle: {{vi: a, en: b}}\n"
        return {"pack.yaml": head}

    for name in ("pa", "pb", "pc", "pd"):
        publish(province, empty(name))
    with pytest.raises(WrongValueError):
        publish(province, empty("pe"))


def test_a_pack_too_large_for_its_envelope_is_refused(province: Province) -> None:
    files = dict(good_files())
    for number in range(3):
        given = [f"{{path: /etc/a{number}/b{n}.conf, line: {'y' * 150}}}" for n in range(60)]
        text = checks("file_contains", *given, prefix=f"gl.a.b{number}")
        for short in ("Có dòng", "The line is there", "Vì tỉnh muốn", "The province wants it"):
            text = text.replace(short, "ế" * 400)
        files[f"checks/f{number}.yaml"] = text
    assert told(files) == []
    assert sum(len(text.encode()) for text in files.values()) > PACK_BYTES
    with pytest.raises(WrongValueError, match=str(PACK_BYTES)):
        publish(province, files)
    with province.database.reading() as connection:
        assert newest_packs(connection) == ()


def test_a_pack_that_grows_when_it_is_sealed_is_refused(
    province: Province, host: SpokenHost
) -> None:
    """Line ends and quotes take two bytes then; an answer with it could not be written."""
    files = dict(good_files())
    for number in range(3):
        line = f"{{path: /etc/app/{number}.conf, line: abc}}"
        text = checks("file_contains", line, prefix=f"gl.a.b{number}")
        files[f"checks/f{number}.yaml"] = text + "\n" * 130_000
    files["pack.yaml"] += "\n" * 120_000
    assert sum(map(len, files.values())) < PACK_BYTES
    with pytest.raises(WrongValueError, match="size"):
        publish(province, files)
    assert delivered(province, host) == []


def test_an_agent_gets_the_pack_until_it_holds_it(province: Province, host: SpokenHost) -> None:
    assert delivered(province, host) == []
    publish(province)
    (pack,) = delivered(province, host)
    assert (pack.province, pack.pack, pack.version) == ("GL", "gl", 1)
    assert {file.name: file.text for file in pack.files} == good_files()
    with province.database.reading() as connection:
        (stored,) = newest_packs(connection)
    assert delivered(province, host, stored.digest) == []
    publish(province, good_files(2))
    assert [each.version for each in delivered(province, host, stored.digest)] == [2]


def test_a_pack_is_signed_again_before_it_expires(
    province: Province, host: SpokenHost, clock: Clock
) -> None:
    publish(province)
    with province.database.reading() as connection:
        (first,) = newest_packs(connection)
    served_since = clock()
    clock.forward(LIFE - timedelta(days=29))
    watch(province, served_since)
    with province.database.reading() as connection:
        (again,) = newest_packs(connection)
    assert (again.version, again.digest != first.digest) == (1, True)
    assert again.expires_at == clock() + LIFE
    assert [each.version for each in delivered(province, host, first.digest)] == [1]


def test_dropping_the_projections_and_rebuilding_them_gives_the_same(province: Province) -> None:
    publish(province)
    publish(province, good_files(2))
    with province.database.writing() as connection:
        before = projections_digest(connection)
        rebuild(connection)
        assert projections_digest(connection) == before
        assert [each.version for each in newest_packs(connection)] == [2]


BROKEN = """
schema: lachan.policy_pack/1
id: gl
version: 0
title: {vi: a}
overrides:
  - control: l3.risk.99
    why: {vi: a, en: b}
    weight: 9
  - control: l3.risk.02
    why: {vi: a, en: b}
    threshold: "days<=30"
controls:
  - catalogue: nowhere
    id: host.01
"""


def test_every_problem_is_told_at_once_with_its_line() -> None:
    files = {
        "pack.yaml": BROKEN,
        "checks/a.yaml": checks("service_off", "{units: [x.service]}"),
        "checks/b.yaml": checks("file_contains", "{path: /etc/shadow, lines: x}", prefix="x.y.z"),
        "other.yaml": "a: 1",
    }
    found = told(files)
    assert {
        ("pack.yaml", 4, "$.version"),
        ("pack.yaml", 5, "$.title"),
        ("pack.yaml", 9, "$.overrides[0].weight"),
        ("pack.yaml", 14, "$.controls[0]"),
        ("checks/a.yaml", 4, "$.checks[0]"),
        ("checks/b.yaml", 4, "$.checks[0].id"),
        ("checks/b.yaml", 7, "$.checks[0].with.lines"),
        ("checks/b.yaml", 7, "$.checks[0].with"),
        ("other.yaml", 1, "$"),
    } <= set(found)


def test_what_is_put_right_is_no_problem_any_more() -> None:
    assert told(good_files()) == []


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("weight: 5", 'threshold: "x<=1"', "$.overrides[0].threshold"),
        ("l3.risk.01", "l3.nothing.01", "$.overrides[0].control"),
        ("    weight: 5\n", "", "$.overrides[0]"),
        ("id: gl.host.01", "id: l3.host.01", "$.controls[0].id"),
        ("gl.app.line]", "gl.app.none]", "$.controls[0].decided_by"),
        ("catalogue: tcvn-14423-2026.level-3", "catalogue: x", "$.controls[0].catalogue"),
        ("id: gl\n", "id: l3\n", "$"),
    ],
)
def test_a_problem_of_the_head_is_told(old: str, new: str, path: str) -> None:
    files = good_files()
    assert old in files["pack.yaml"]
    files["pack.yaml"] = files["pack.yaml"].replace(old, new)
    assert path in [found for _, _, found in told(files)]


def test_every_problem_says_what_to_write_instead() -> None:
    _, problems = judged_pack({"pack.yaml": BROKEN}, shelves())
    assert problems
    assert all(
        isinstance(each, PolicyProblem) and each.reason and each.instead for each in problems
    )


def test_a_head_alone_is_a_pack() -> None:
    head = HEAD.format(version=1).partition("controls:")[0]
    assert told({"pack.yaml": head}) == []
