"""The level questionnaire: the health cases of legal-basis §4.1, the limits, what stays open."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.level import classify
from compliance.level_answers import (
    QUESTIONS,
    Answers,
    AnswersError,
    Purpose,
    answers_of,
    asked,
)
from compliance.level_criteria import CRITERIA

QUIET = {"harm": "none", "administrative_procedures": False, "national_security_list": False}
INSIDE = {**QUIET, "purpose": "internal", "information": "personal"}
SITE = {**QUIET, "purpose": "public_site", "information": "public", "takes_requests": False}
SERVICE = {
    **QUIET,
    "purpose": "online_service",
    "information": "personal",
    "conditional_business": False,
    "basic_subjects": 500,
    "sensitive_subjects": 500,
    "counting": "unique_stored",
    "area": "organisation",
    "several_organisations": False,
    "round_the_clock": False,
    "national_data_store": False,
}
PLATFORM = {
    **QUIET,
    "purpose": "infrastructure",
    "information": "personal",
    "area": "province",
    "round_the_clock": True,
    "national_data_store": False,
}
MACHINES = {**QUIET, "purpose": "industrial", "information": "private"}


@pytest.mark.parametrize(
    ("answers", "level", "article", "inferred"),
    [
        (INSIDE, 2, "Đ12.1", True),  # H1
        ({**INSIDE, "sensitive_subjects": 2_000_000}, 2, "Đ12.1", True),  # H1, any size
        ({**INSIDE, "information": "public"}, 1, "Đ11", False),
        (SITE, 1, "Đ11", True),  # H2
        ({**SITE, "takes_requests": True}, 2, "Đ12", True),  # H2
        ({**SERVICE, "sensitive_subjects": 9_999}, 2, "Đ12", False),  # H3
        ({**SERVICE, "sensitive_subjects": 10_000}, 3, "Đ13.2.c", False),  # H4, H8
        ({**SERVICE, "basic_subjects": 99_999}, 2, "Đ12", False),
        ({**SERVICE, "basic_subjects": 100_000}, 3, "Đ13.2.c", False),
        ({**SERVICE, "conditional_business": True}, 3, "Đ13", True),  # H5
        ({**INSIDE, "administrative_procedures": True}, 3, "Đ13", False),  # H6
        (PLATFORM, 3, "Đ13.3", False),  # H7
        ({**PLATFORM, "area": "organisation"}, 2, "Đ12", False),
        ({**PLATFORM, "area": "nation"}, 4, "Đ14", False),  # H9
        ({**INSIDE, "shared_with_level": 3}, 3, "Đ7-Đ8", True),  # H10
        ({**INSIDE, "information": "state_secret"}, 3, "Đ13", False),
        ({**INSIDE, "harm": "certain"}, 3, "Đ13", False),
        ({**INSIDE, "harm": "serious"}, 4, "Đ14", False),
        ({**INSIDE, "harm": "especially_serious"}, 5, "Đ15", False),
        ({**PLATFORM, "national_data_store": True}, 5, "Đ15", False),
        ({**PLATFORM, "area": "abroad"}, 5, "Đ15", False),
        ({**INSIDE, "national_security_list": True}, 5, "Đ16", False),
        ({**INSIDE, "listed_level": 4}, 4, "Đ10", False),
        ({**INSIDE, "raised_to": 3}, 3, "Đ10.5", False),
        ({**MACHINES, "works": "lower"}, 2, "Đ12", True),
        ({**MACHINES, "works": "class_2_to_4"}, 3, "Đ13", False),
        ({**MACHINES, "works": "class_1"}, 4, "Đ14", False),
        ({**MACHINES, "works": "special"}, 5, "Đ15", False),
    ],
)
def test_answers_decide_level_and_article(
    answers: dict[str, Any], level: int, article: str, inferred: bool
) -> None:
    found = classify(answers_of(answers))
    assert found.decided
    assert (found.level, found.deciding[0].article) == (level, article)
    assert ("INFERRED" in found.warnings) == inferred


def test_nothing_answered_decides_nothing() -> None:
    found = classify(Answers())
    assert found.level is None
    assert not found.decided
    assert {one.level for one in found.open} == {1, 2, 3, 4, 5}


def test_an_open_question_that_could_raise_the_level_leaves_it_undecided() -> None:
    found = classify(answers_of({**SERVICE, "sensitive_subjects": 3, "harm": "none"}))
    assert found.decided
    lacking = {key: value for key, value in SERVICE.items() if key != "sensitive_subjects"}
    found = classify(answers_of(lacking))
    assert found.level == 2
    assert [one.code for one in found.open] == ["many_subjects"]
    assert not found.decided


def test_an_open_question_that_cannot_raise_it_is_no_matter() -> None:
    lacking = {key: value for key, value in SERVICE.items() if key != "counting"}
    assert classify(answers_of(lacking)).decided


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (INSIDE, "BOUNDARY"),
        (SERVICE, "COUNTING"),
        ({**SERVICE, "sensitive_subjects": 8_000}, "NEAR_LIMIT"),
        ({**SERVICE, "basic_subjects": 80_000}, "NEAR_LIMIT"),
        ({**SERVICE, "conditional_business": True}, "BUSINESS_LIST_CHANGES"),
        (SERVICE, "BOOKING_IS_OPEN"),
        ({**INSIDE, "sensitive_subjects": 10_000}, "OVER_LIMIT_INSIDE"),
    ],
)
def test_what_the_decree_leaves_open_is_said(answers: dict[str, Any], code: str) -> None:
    assert code in classify(answers_of(answers)).warnings


def test_far_below_a_limit_nothing_warns_of_it() -> None:
    warnings = classify(answers_of(SERVICE)).warnings
    assert "NEAR_LIMIT" not in warnings
    assert "OVER_LIMIT_INSIDE" not in warnings
    assert "NEAR_LIMIT" not in classify(answers_of({**SERVICE, "basic_subjects": 100_000})).warnings


def test_only_what_matters_is_asked() -> None:
    inside = [question.key for question in QUESTIONS if asked(question, Purpose.INTERNAL)]
    assert inside == [
        *("purpose", "information", "harm"),
        *("administrative_procedures", "national_security_list"),
    ]
    assert all(asked(question, None) for question in QUESTIONS)


@pytest.mark.parametrize("purpose", Purpose)
def test_whoever_answers_all_that_is_asked_gets_a_level(purpose: Purpose) -> None:
    """No question that is not asked may leave a criterion open."""
    every = {**SERVICE, **PLATFORM, "takes_requests": True, "works": "lower", "purpose": purpose}
    keys = {question.key for question in QUESTIONS if asked(question, purpose)}
    assert classify(answers_of({key: every[key] for key in keys})).decided


@pytest.mark.parametrize(
    "wrong",
    [{"colour": "red"}, {"purpose": "none"}, {"basic_subjects": -1}, {"raised_to": 6}, {"": 1}],
)
def test_what_is_no_answer_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(AnswersError):
        answers_of(wrong)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "purpose": st.sampled_from([one.value for one in Purpose]),
            "information": st.sampled_from(["public", "private", "personal", "state_secret"]),
            "harm": st.sampled_from(["none", "certain", "serious", "especially_serious"]),
            "takes_requests": st.booleans(),
            "conditional_business": st.booleans(),
            "administrative_procedures": st.booleans(),
            "basic_subjects": st.integers(0, 10**6),
            "sensitive_subjects": st.integers(0, 10**6),
            "national_security_list": st.booleans(),
        },
    ),
    st.sampled_from([question.key for question in QUESTIONS]),
)
def test_forgetting_an_answer_never_decides_a_lower_level(
    answers: dict[str, Any], forgotten: str
) -> None:
    whole = classify(answers_of(answers))
    less = classify(answers_of({key: answers[key] for key in answers if key != forgotten}))
    assert not less.decided or (whole.level is not None and less.level is not None)
    if less.decided and whole.decided:
        assert (less.level or 0) >= (whole.level or 0)


def test_codes_of_criteria_are_unique() -> None:
    assert len({one.code for one in CRITERIA}) == len(CRITERIA)
