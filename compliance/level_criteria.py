"""The ways to each level, as NĐ 331/2026 names them: each is true, false or open. Pure.

Source: NĐ 331/2026 Đ9-Đ16 as retold in legal-basis §4 and §4.1 (H1-H10).
"""

from collections.abc import Callable
from dataclasses import dataclass

from compliance.level_answers import Answers, Area, Harm, Information, Purpose, Works
from wire.text import N_

BASIC_SUBJECTS = 100_000  # NĐ 331 Đ12, Đ13.2
SENSITIVE_SUBJECTS = 10_000  # NĐ 331 Đ12, Đ13.2.c
HIGHEST = 5
Truth = bool | None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to a level. `inferred`: our reading of the decree, not its words."""

    code: str
    level: int
    article: str
    says: str
    holds: Callable[[Answers], Truth]
    inferred: bool = False


def _both(*truths: Truth) -> Truth:
    if any(truth is False for truth in truths):
        return False
    return None if None in truths else True


def _either(*truths: Truth) -> Truth:
    if any(truths):
        return True
    return None if None in truths else False


def _is(answer: object, *wanted: object) -> Truth:
    return None if answer is None else answer in wanted


def _at_least(answer: int | None, limit: int) -> Truth:
    return None if answer is None else answer >= limit


def _serves(answers: Answers, purpose: Purpose) -> Truth:
    return _is(answers.purpose, purpose)


def _online(answers: Answers) -> Truth:
    return _serves(answers, Purpose.ONLINE_SERVICE)


def _serving(answers: Answers) -> Truth:
    return _is(answers.purpose, Purpose.ONLINE_SERVICE, Purpose.INFRASTRUCTURE)


def many_subjects(answers: Answers) -> Truth:
    return _either(
        _at_least(answers.basic_subjects, BASIC_SUBJECTS),
        _at_least(answers.sensitive_subjects, SENSITIVE_SUBJECTS),
    )


def _infrastructure(answers: Answers, *areas: Area) -> Truth:
    return _both(_serves(answers, Purpose.INFRASTRUCTURE), _is(answers.area, *areas))


def _industrial(answers: Answers, works: Works) -> Truth:
    return _both(_serves(answers, Purpose.INDUSTRIAL), _is(answers.works, works))


def _site(answers: Answers, *, takes_requests: bool) -> Truth:
    return _both(_serves(answers, Purpose.PUBLIC_SITE), _is(answers.takes_requests, takes_requests))


def _internal(answers: Answers, *classes: Information) -> Truth:
    return _both(_serves(answers, Purpose.INTERNAL), _is(answers.information, *classes))


def _listed(level: int) -> Criterion:
    return Criterion(
        f"listed_{level}",
        level,
        "Đ10",
        N_("The Prime Minister's list puts it there"),
        lambda answers: answers.listed_level == level,
    )


def _shared(level: int) -> Criterion:
    return Criterion(
        f"shared_{level}",
        level,
        "Đ7-Đ8",
        N_("It shares data or operation with a system of this level: both are one system"),
        lambda answers: answers.shared_with_level == level,
        inferred=True,
    )


def _raised(level: int) -> Criterion:
    return Criterion(
        f"raised_{level}",
        level,
        "Đ10.5",
        N_("The owner raised it because the risk is higher"),
        lambda answers: answers.raised_to == level,
    )


CRITERIA = (
    Criterion(
        "internal_public",
        1,
        "Đ11",
        N_("An internal system with public information only"),
        lambda a: _internal(a, Information.PUBLIC),
    ),
    Criterion(
        "site_without_requests",
        1,
        "Đ11",
        N_("A public website without accounts or requests"),
        lambda a: _site(a, takes_requests=False),
        inferred=True,
    ),
    Criterion(
        "internal_private",
        2,
        "Đ12.1",
        N_("An internal system with private or personal information, of any size"),
        lambda a: _internal(a, Information.PRIVATE, Information.PERSONAL),
        inferred=True,
    ),
    Criterion(
        "site_with_requests",
        2,
        "Đ12",
        N_("A public website that takes requests"),
        lambda a: _site(a, takes_requests=True),
        inferred=True,
    ),
    Criterion(
        "online_service",
        2,
        "Đ12",
        N_("An online service to citizens or businesses"),
        _online,
    ),
    Criterion(
        "infrastructure_organisation",
        2,
        "Đ12",
        N_("Infrastructure of one organisation"),
        lambda a: _infrastructure(a, Area.ORGANISATION),
    ),
    Criterion(
        "industrial_lower",
        2,
        "Đ12",
        N_("An industrial control system of lesser works"),
        lambda a: _industrial(a, Works.LOWER),
        inferred=True,
    ),
    Criterion(
        "state_secret",
        3,
        "Đ13",
        N_("It holds state secrets"),
        lambda a: _is(a.information, Information.STATE_SECRET),
    ),
    Criterion(
        "harm_certain",
        3,
        "Đ13",
        N_("Its failure or leak would harm defence, security or order"),
        lambda a: _is(a.harm, Harm.CERTAIN),
    ),
    Criterion(
        "conditional_business",
        3,
        "Đ13",
        N_("An online service that is a conditional business"),
        lambda a: _both(_online(a), a.conditional_business),
        inferred=True,
    ),
    Criterion(
        "administrative_procedures",
        3,
        "Đ13",
        N_("It handles administrative procedures for the public"),
        lambda a: a.administrative_procedures,
    ),
    Criterion(
        "many_subjects",
        3,
        "Đ13.2.c",
        N_("An online service with data of 100,000 people, or sensitive data of 10,000"),
        lambda a: _both(_online(a), many_subjects(a)),
    ),
    Criterion(
        "infrastructure_province",
        3,
        "Đ13.3",
        N_("Infrastructure for a ministry, a sector or a province"),
        lambda a: _infrastructure(a, Area.PROVINCE),
    ),
    Criterion(
        "industrial_2_to_4",
        3,
        "Đ13",
        N_("An industrial control system of works of class II to IV"),
        lambda a: _industrial(a, Works.CLASS_2_TO_4),
    ),
    Criterion(
        "harm_serious",
        4,
        "Đ14",
        N_("Its failure or leak would do serious harm"),
        lambda a: _is(a.harm, Harm.SERIOUS),
    ),
    Criterion(
        "national_service",
        4,
        "Đ14",
        N_("A national system that must run day and night"),
        lambda a: _both(
            _serving(a),
            _is(a.area, Area.NATION),
            a.round_the_clock,
        ),
    ),
    Criterion(
        "industrial_1",
        4,
        "Đ14",
        N_("An industrial control system of works of class I"),
        lambda a: _industrial(a, Works.CLASS_1),
    ),
    Criterion(
        "harm_especially_serious",
        5,
        "Đ15",
        N_("Its failure or leak would do especially serious harm"),
        lambda a: _is(a.harm, Harm.ESPECIALLY_SERIOUS),
    ),
    Criterion(
        "national_data_store",
        5,
        "Đ15",
        N_("It gathers national data of special importance"),
        lambda a: _both(_serving(a), a.national_data_store),
    ),
    Criterion(
        "infrastructure_abroad",
        5,
        "Đ15",
        N_("National infrastructure that links to other countries"),
        lambda a: _infrastructure(a, Area.ABROAD),
    ),
    Criterion(
        "industrial_special",
        5,
        "Đ15",
        N_("An industrial control system of works of the special class"),
        lambda a: _industrial(a, Works.SPECIAL),
    ),
    Criterion(
        "national_security_list",
        5,
        "Đ16",
        N_("It is on the list of systems important for national security"),
        lambda a: a.national_security_list,
    ),
    *(_listed(level) for level in range(2, HIGHEST + 1)),
    *(_shared(level) for level in range(1, HIGHEST + 1)),
    *(_raised(level) for level in range(1, HIGHEST + 1)),
)
