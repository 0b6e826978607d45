"""A catalogue reads as it is written; every fault names its line, its path and what to write."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.catalogue import Catalogue, parse, problems
from compliance.errors import (
    CatalogueError,
    CatalogueSizeError,
    ContradictionError,
    DuplicateError,
    RowTwiceError,
    UnknownCodeError,
    YamlSyntaxError,
)
from compliance.rules import Rule

GOOD = """---
schema: lachan.catalogue/1
id: test.level-3
standard: Test
regime: ND331
level: 3
title: {vi: "Thử", en: Trial}
fresh_for: {checks: P2D, backup: P3D, fleet: PT48H, attest: P1Y}
controls:
  - id: a.1
    clause: "5.1 a)"
    ordinal: 1
    group: g
    kind: host
    title: {vi: "Một", en: One}
    evidence: {vi: "Giấy", en: Paper}
    weight: 5
    cadence: P6M
    threshold: "x>=1"
    suggested: true
    confidence: corroborated
    sources: [one, two]
    decided_by: {checks: {all: [c.one, c.two]}}
    covers: part
  - id: a.2
    clause: "5.1 a)"
    ordinal: 2
    group: g
    kind: host
    title: {vi: "Hai", en: Two}
    evidence: {vi: "Giấy", en: Paper}
    weight: 1
    confidence: unverified
    sources: [one]
    decided_by: {checks: {any: [c.two]}}
"""


def test_a_catalogue_reads_as_it_is_written() -> None:
    book = parse(GOOD.encode())
    assert (book.id, book.level, book.regime, book.standard) == (
        "test.level-3",
        3,
        "ND331",
        "Test",
    )
    assert book.title == {"vi": "Thử", "en": "Trial"}
    first, second = book.controls
    assert first.title == {"vi": "Một", "en": "One"}
    assert first.evidence == {"vi": "Giấy", "en": "Paper"}
    half_a_year = timedelta(days=183)
    assert first.rule == Rule("checks", ("c.one", "c.two"), fresh_for=half_a_year)
    two_days = timedelta(days=2)
    assert second.rule == Rule("checks", ("c.two",), one_suffices=True, fresh_for=two_days)
    assert (first.weight, first.cadence, first.threshold) == (5, "P6M", "x>=1")
    assert (first.suggested, first.whole) == (True, False)
    assert (second.suggested, second.whole, second.threshold) == (False, True, "")


def test_the_digest_is_that_of_the_bytes() -> None:
    assert parse(GOOD.encode()).digest == sha256(GOOD.encode()).hexdigest()
    assert parse((GOOD + "# a remark\n").encode()).digest != parse(GOOD.encode()).digest


def test_cadence_then_the_rows_own_interval_then_the_files_decides_freshness() -> None:
    book = parse(GOOD.encode())
    assert [control.rule.fresh_for for control in book.controls] == [
        timedelta(days=183),
        timedelta(days=2),
    ]
    own = GOOD.replace("cadence: P6M", "fresh_for: P1M")
    assert parse(own.encode()).controls[0].rule.fresh_for == timedelta(days=31)


@pytest.mark.parametrize(
    ("decided_by", "rule", "days"),
    [
        ("{}", Rule("nothing"), 0),
        ("{attest: true}", Rule("attest"), 366),
        ("{backup: [backup.encrypted]}", Rule("backup", ("backup.encrypted",)), 3),
        ("{fleet: [fleet.hosts_report]}", Rule("fleet", ("fleet.hosts_report",)), 2),
    ],
)
def test_each_way_of_deciding(decided_by: str, rule: Rule, days: int) -> None:
    text = GOOD.replace("{checks: {any: [c.two]}}", decided_by)
    control = parse(text.encode()).controls[1]
    assert control.rule == replace(rule, fresh_for=timedelta(days=days))


def test_a_check_knows_every_row_that_it_helps_to_decide() -> None:
    text = GOOD + GOOD[GOOD.index("  - id: a.2") :].replace("a.2", "a.3").replace(
        "ordinal: 2", "ordinal: 3"
    ).replace("{checks: {any: [c.two]}}", "{}")
    assert parse(text.encode()).controls_of_check() == {"c.one": ("a.1",), "c.two": ("a.1", "a.2")}


@pytest.mark.parametrize(
    ("old", "new", "error", "line", "path"),
    [
        ("weight: 5", "weight: 6", CatalogueError, 17, "$.controls[0].weight"),
        ("weight: 5", "weight: 0", CatalogueError, 17, "$.controls[0].weight"),
        ("weight: 5", "weight: heavy", CatalogueError, 17, "$.controls[0].weight"),
        ("weight: 5", 'weight: "5"', CatalogueError, 17, "$.controls[0].weight"),
        ("weight: 5\n", "wieght: 5\n", CatalogueError, 10, "$.controls[0]"),
        ("level: 3\n", "level: 3\nlevle: 3\n", CatalogueError, 2, "$"),
        (", en: Paper}", "}", CatalogueError, 16, "$.controls[0].evidence"),
        ('{vi: "Giấy", en: Paper}', "paper", CatalogueError, 16, "$.controls[0].evidence"),
        ("kind: host", "kind: hots", CatalogueError, 14, "$.controls[0].kind"),
        ("P6M", "6 months", CatalogueError, 18, "$.controls[0].cadence"),
        ("P6M", "P", CatalogueError, 18, "$.controls[0].cadence"),
        ("id: a.1", "id: a b", CatalogueError, 10, "$.controls[0].id"),
        ("checks: P2D", "checks: 2D", CatalogueError, 8, "$.fresh_for.checks"),
        ("id: a.2", "id: a.1", RowTwiceError, 25, "$.controls[1].id"),
        ("ordinal: 2", "ordinal: 1", RowTwiceError, 27, "$.controls[1].ordinal"),
        ("weight: 5", "weight: 5\n    weight: 4", DuplicateError, 18, "$.controls[0].weight"),
        ("{any: [c.two]}", "{}", ContradictionError, 35, "$.controls[1].decided_by"),
        (
            "{any: [c.two]}",
            "{any: [c.two], all: [c.two]}",
            ContradictionError,
            35,
            "$.controls[1].decided_by",
        ),
        (
            "{checks: {any: [c.two]}}",
            "{attest: false}",
            ContradictionError,
            35,
            "$.controls[1].decided_by",
        ),
        (
            "{checks: {any: [c.two]}}",
            "{attest: true, fleet: [fleet.hosts_report]}",
            ContradictionError,
            35,
            "$.controls[1].decided_by",
        ),
        (
            "{checks: {any: [c.two]}}",
            "{backup: [backup.encrypted, backup.magic]}",
            UnknownCodeError,
            35,
            "$.controls[1].decided_by.backup[1]",
        ),
        (
            "{checks: {any: [c.two]}}",
            "{fleet: [backup.encrypted]}",
            UnknownCodeError,
            35,
            "$.controls[1].decided_by.fleet[0]",
        ),
        (
            "cadence: P6M",
            "cadence: P6M\n    fresh_for: P1M",
            ContradictionError,
            19,
            "$.controls[0].fresh_for",
        ),
        ('    threshold: "x>=1"\n', "", ContradictionError, 19, "$.controls[0].suggested"),
        (
            "{checks: {all: [c.one, c.two]}}",
            "{}",
            ContradictionError,
            24,
            "$.controls[0].covers",
        ),
    ],
)
def test_a_fault_names_its_line_and_path_and_what_to_write(
    old: str, new: str, error: type[CatalogueError], line: int, path: str
) -> None:
    assert old in GOOD
    with pytest.raises(CatalogueError) as caught:
        parse(GOOD.replace(old, new, 1).encode())
    assert type(caught.value) is error
    assert (caught.value.parameters["line"], caught.value.parameters["path"]) == (line, path)
    assert caught.value.hint.format(**caught.value.parameters)
    assert caught.value.exit_code == 78


def test_all_problems_of_a_catalogue_are_told_in_their_order() -> None:
    text = (
        GOOD.replace("id: a.2", "id: a.1")
        .replace("{any: [c.two]}", "{any: [c.two, c.two]}")
        .replace("cadence: P6M", "cadence: P6M\n    fresh_for: P1M")
    )
    told = [(type(found), found.parameters["line"]) for found in problems(text.encode())]
    assert told == [(ContradictionError, 19), (RowTwiceError, 26), (DuplicateError, 36)]
    with pytest.raises(CatalogueError):
        parse(text.encode())


def test_a_catalogue_in_order_has_no_problems_and_another_shape_has_one() -> None:
    assert problems(GOOD.encode()) == ()
    assert len(problems(b"schema: x\n")) == 1


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"", 1),
        (b"# nothing\n", 1),
        (b"\xff\xfe\xfd", 1),
        (b"a: \x01", 1),
        (b"a: [1, 2\n", 2),
        (b"a: b\nc: {d\n", 3),
        (b"a: 1\n---\nb: 2\n", 2),
        (b"a: &x 1\n", 1),
        (b"a: 1\nb: *x\n", 2),
        (b"a: !!int 1\n", 1),
        (b"!t a: 1\n", 1),
        (b"a: 1\n[1, 2]: 3\n", 2),
        (b"a:\n", 1),
        (b"a: 1\nb: ~\n", 2),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(YamlSyntaxError) as caught:
        parse(raw)
    assert caught.value.parameters["line"] == line


def test_too_much_is_refused_before_it_is_built() -> None:
    with pytest.raises(CatalogueSizeError, match="1048577 bytes"):
        parse(b" " * (1024 * 1024 + 1))
    with pytest.raises(CatalogueSizeError, match="nested too deep"):
        parse(b"[" * 100_000)


def test_quoted_words_are_texts_and_true_is_a_truth() -> None:
    with pytest.raises(CatalogueError, match=r"\$\.controls\[0\]\.suggested"):
        parse(GOOD.replace("suggested: true", 'suggested: "true"').encode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_catalogue_or_a_catalogue_error(raw: bytes) -> None:
    try:
        known = isinstance(parse(raw), Catalogue)
    except CatalogueError as error:
        known = error.parameters["line"] != 0
    assert known


@given(st.integers(0, len(GOOD)), st.sampled_from("{}[]:-&*!?|>'\"%@`\n\t#,x0\0"))
def test_any_broken_catalogue_is_a_catalogue_or_a_catalogue_error(at: int, mark: str) -> None:
    try:
        known = isinstance(parse((GOOD[:at] + mark + GOOD[at:]).encode()), Catalogue)
    except CatalogueError as error:
        known = error.parameters["line"] != 0
    assert known
