"""Instances come from data: each has its cases; a wrong file says where, what and the remedy."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from agent.checks import instances
from agent.checks.catalogue import CHECK_BY_ID, INSTANCES
from agent.checks.errors import InstanceError, RepeatedIdError, UnknownFamilyError
from agent.library import check_files
from tests.agent.checks import instance_schema
from tests.agent.checks.cases import INSTANCE_FOLDER, find, is_explained, sections
from wire.text import Bilingual
from wire.verdicts import CheckVerdict

IDS = [check.id for check in INSTANCES]
NEEDED = {CheckVerdict.PASS, CheckVerdict.FAIL, CheckVerdict.UNKNOWN}
GOOD = """schema: lachan.checks/1
family: kernel_setting
checks:
  - id: kernel.setting.kptr_restrict
    title: {vi: "a", en: "b"}
    why: {vi: "c", en: "d"}
    with: {name: kernel.kptr_restrict, at_least: 1}
    source: "sysctl"
"""


def case_of(check_id: str) -> dict[CheckVerdict, str]:
    path = INSTANCE_FOLDER / f"{check_id}.txt"
    return sections(path.read_text()) if path.exists() else {}


SECTIONS = [(check_id, verdict) for check_id in IDS for verdict in case_of(check_id)]


@pytest.mark.parametrize(
    ("check_id", "verdict"),
    SECTIONS,
    ids=[f"{check_id}/{verdict.lower()}" for check_id, verdict in SECTIONS],
)
def test_an_instance_answers_as_its_section_is_headed(check_id: str, verdict: CheckVerdict) -> None:
    finding = find(check_id, case_of(check_id)[verdict])
    assert finding.verdict == verdict, finding
    assert is_explained(finding), finding


@pytest.mark.parametrize("check_id", IDS)
def test_an_instance_has_a_section_for_each_answer(check_id: str) -> None:
    assert set(case_of(check_id)) >= NEEDED


def test_every_file_of_cases_belongs_to_an_instance() -> None:
    assert {path.stem for path in INSTANCE_FOLDER.glob("*.txt")} == set(IDS)


def test_ids_are_unique_and_everything_is_said() -> None:
    for check in INSTANCES:
        assert CHECK_BY_ID[check.id] is check
        assert isinstance(check.title, Bilingual)
        assert all([check.title.vi, check.title.en, check.expected, check.remedy, check.source])


def test_no_two_instances_promise_the_same() -> None:
    promises = [(check.title, check.expected) for check in INSTANCES]
    assert len(set(promises)) == len(promises)


def test_no_family_has_more_than_sixty_instances() -> None:
    sizes: Counter[str] = Counter()
    for loaded in map(instances.read, check_files()):
        sizes[loaded.family] += len(loaded.checks)
    assert max(sizes.values()) <= 60, sizes


def test_vietnamese_is_composed_and_with_one_spelling() -> None:
    """One spelling: khóa, hủy, hóa, as in the catalogue of messages."""
    texts = [text for check in INSTANCES for text in (check.title, check.why)]
    vietnamese = "\n".join(text.vi for text in texts if isinstance(text, Bilingual))
    assert unicodedata.is_normalized("NFC", vietnamese)
    assert re.findall(r"\b(khoá|huỷ|hoá|uỷ|thoả|toà)\b", vietnamese) == []
    assert [text for text in texts if isinstance(text, Bilingual) and text.vi == text.en] == []


def test_a_file_is_loaded_with_both_languages() -> None:
    (check,) = instances.load(GOOD.encode())
    assert (check.title, check.why) == (Bilingual("a", "b"), Bilingual("c", "d"))
    assert check.expected == "kernel.kptr_restrict ≥ 1"


def test_an_own_remedy_goes_before_the_family_s() -> None:
    (check,) = instances.load((GOOD + "    remedy: reboot\n").encode())
    assert check.remedy == "reboot"


@pytest.mark.parametrize(
    ("old", "new", "line", "path"),
    [
        ("lachan.checks/1", "lachan.checks/9", 1, "$.schema"),
        ("id: kernel.setting.kptr_restrict", "id: Kernel", 4, "$.checks[0].id"),
        ('en: "d"', 'fr: "d"', 6, "$.checks[0].why"),
        ("at_least: 1", "at_least: [1]", 7, "$.checks[0].with.at_least"),
        ("at_least: 1", "at_lest: 1", 7, "$.checks[0].with"),
        (", at_least: 1", "", 7, "$.checks[0].with"),
        ("name: kernel.kptr_restrict", "name: ../../etc/shadow", 7, "$.checks[0].with.name"),
        ('    source: "sysctl"\n', "", 4, "$.checks[0]"),
        ("source: ", "source: &x ", 8, "$.checks[0].source"),
        ("checks:", "checks: &x", 3, "$.checks"),
        (GOOD, "[]", 1, "$"),
        (GOOD, "", 1, "$"),
    ],
)
def test_a_wrong_file_says_where(old: str, new: str, line: int, path: str) -> None:
    with pytest.raises(InstanceError) as caught:
        instances.load(GOOD.replace(old, new).encode())
    assert (caught.value.line, caught.value.path) == (line, path), str(caught.value)
    assert caught.value.hint


def test_an_unknown_family_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownFamilyError) as caught:
        instances.load(GOOD.replace("kernel_setting", "kernel_magic").encode())
    assert "kernel_setting" in str(caught.value.parameters["known"])
    assert caught.value.line == 2


def test_an_id_that_stands_twice_is_refused() -> None:
    row = GOOD.partition("checks:\n")[2]
    with pytest.raises(RepeatedIdError) as caught:
        instances.load((GOOD + row).encode())
    assert caught.value.line == 9


def test_all_that_is_wrong_is_found_at_once() -> None:
    row = GOOD.partition("checks:\n")[2]
    bad = row.replace("at_least: 1", "at_least: x") + row.replace("source", "sauce")
    loaded = instances.read((GOOD + bad).encode())
    assert [problem.line for problem in loaded.problems] == [12, 14]
    assert [check.id for check in loaded.checks] == ["kernel.setting.kptr_restrict"]


def test_a_family_has_at_most_sixty_instances_in_a_file() -> None:
    row = GOOD.partition("checks:\n")[2]
    rows = "".join(row.replace("kptr_restrict\n", f"kptr_{n}\n") for n in range(61))
    with pytest.raises(InstanceError):
        instances.load((GOOD.partition("  - id")[0] + rows).encode())


def test_the_published_shape_is_that_of_the_types() -> None:
    """After a change: python -m tests.agent.checks.instance_schema."""
    assert instance_schema.FILE.read_text() == instance_schema.text()


def test_cases_are_read_by_sections(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("== pass\n$ cat /x\n1\n\n== fail\n$ cat /x\n2\n")
    assert sections((tmp_path / "x").read_text()) == {
        CheckVerdict.PASS: "$ cat /x\n1\n",
        CheckVerdict.FAIL: "$ cat /x\n2\n",
    }
