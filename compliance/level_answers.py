"""The questionnaire that decides a system's level: what is asked, and what may be answered.

Every question may stay open: what nobody knows is no "no".

Source: NĐ 331/2026, Đ7-Đ16, retold in legal-basis §4; the health cases of §4.1 are our reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from wire.errors import CONFIGURATION, LachanError
from wire.text import N_

LARGEST_COUNT = 10**10
People = Annotated[int, Meta(ge=0, le=LARGEST_COUNT)]
Level = Annotated[int, Meta(ge=1, le=5)]


class AnswersError(LachanError):
    """The answers cannot be read."""

    exit_code = CONFIGURATION
    message = N_("These answers cannot be used: {reason}.")
    hint = N_(
        "Print the questions and their answers with lachan-controller system classify --questions."
    )


class Information(StrEnum):
    """The most protected class of information that the system holds (Đ9.1)."""

    PUBLIC = "public"
    PRIVATE = "private"
    PERSONAL = "personal"
    STATE_SECRET = "state_secret"  # noqa: S105 - a class of information


class Purpose(StrEnum):
    """The type of system (Đ9.2)."""

    INTERNAL = "internal"
    PUBLIC_SITE = "public_site"
    ONLINE_SERVICE = "online_service"
    INFRASTRUCTURE = "infrastructure"
    INDUSTRIAL = "industrial"


class Area(StrEnum):
    """Whom an infrastructure or a service is for."""

    ORGANISATION = "organisation"
    PROVINCE = "province"
    NATION = "nation"
    ABROAD = "abroad"


class Works(StrEnum):
    """The class of the works that an industrial control system runs."""

    LOWER = "lower"
    CLASS_2_TO_4 = "class_2_to_4"
    CLASS_1 = "class_1"
    SPECIAL = "special"


class Harm(StrEnum):
    """The harm to defence, security and order if the system failed or leaked (LANM Đ8.1)."""

    NONE = "none"
    CERTAIN = "certain"
    SERIOUS = "serious"
    ESPECIALLY_SERIOUS = "especially_serious"


class Counting(StrEnum):
    """How data subjects were counted: the decree does not say how."""

    UNIQUE_STORED = "unique_stored"
    PER_YEAR = "per_year"
    CURRENT = "current"


class Answers(Struct, frozen=True, forbid_unknown_fields=True):
    """What was answered; None: nobody knows yet."""

    purpose: Purpose | None = None
    information: Information | None = None
    area: Area | None = None
    harm: Harm | None = None
    takes_requests: bool | None = None
    conditional_business: bool | None = None
    administrative_procedures: bool | None = None
    basic_subjects: People | None = None
    sensitive_subjects: People | None = None
    counting: Counting | None = None
    several_organisations: bool | None = None
    round_the_clock: bool | None = None
    national_data_store: bool | None = None
    works: Works | None = None
    listed_level: Level | None = None  # by the Prime Minister's list, Đ10; absent: not listed
    national_security_list: bool | None = None
    shared_with_level: Level | None = None  # of a system that shares data or operation with it
    raised_to: Level | None = None  # by the owner, because the risk is higher (Đ10.5)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, in the order of asking. `asked_if` names purposes; empty: always."""

    key: str
    text: str
    asked_if: frozenset[Purpose] = frozenset()


_SERVING = frozenset({Purpose.ONLINE_SERVICE, Purpose.INFRASTRUCTURE})

QUESTIONS = (
    Question("purpose", N_("What is the system for?")),
    Question("information", N_("What is the most protected information in it?")),
    Question("harm", N_("How badly would its failure or leak harm defence, security or order?")),
    Question(
        "takes_requests",
        N_("Does the site take requests or accounts from the public?"),
        frozenset({Purpose.PUBLIC_SITE}),
    ),
    Question(
        "conditional_business",
        N_("Is the service a conditional business, such as remote treatment or selling medicine?"),
        frozenset({Purpose.ONLINE_SERVICE}),
    ),
    Question("administrative_procedures", N_("Does it handle administrative procedures?")),
    Question(
        "basic_subjects",
        N_("Of how many people does it hold basic personal data?"),
        frozenset({Purpose.ONLINE_SERVICE}),
    ),
    Question(
        "sensitive_subjects",
        N_("Of how many people does it hold sensitive data, such as health data?"),
        frozenset({Purpose.ONLINE_SERVICE}),
    ),
    Question("counting", N_("How were these people counted?"), frozenset({Purpose.ONLINE_SERVICE})),
    Question("area", N_("Whom does it serve?"), _SERVING),
    Question(
        "several_organisations",
        N_("Do several organisations keep their data in it?"),
        frozenset({Purpose.ONLINE_SERVICE}),
    ),
    Question("round_the_clock", N_("Must it run day and night for the whole country?"), _SERVING),
    Question(
        "national_data_store", N_("Does it gather national data of special importance?"), _SERVING
    ),
    Question(
        "works",
        N_("Of which class are the works that it controls?"),
        frozenset({Purpose.INDUSTRIAL}),
    ),
    Question("national_security_list", N_("Is it on the list of national security systems?")),
)


def asked(question: Question, purpose: Purpose | None) -> bool:
    """Whether the question matters for this purpose; while that is open, every one does."""
    return not question.asked_if or purpose is None or purpose in question.asked_if


def answers_of(given: Mapping[str, object]) -> Answers:
    """Read answers by their keys.

    Raises:
        AnswersError: an unknown key, or a value that is none of the answers.
    """
    try:
        return msgspec.convert(dict(given), Answers, strict=True)
    except msgspec.ValidationError as error:
        raise AnswersError(reason=str(error)) from error
