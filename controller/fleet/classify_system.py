"""The level questionnaire answered for a system, as a logged act: it changes no level."""

import msgspec

from compliance.level import Classified
from compliance.level_answers import Answers
from controller.errors import UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.store.queries_facilities import find_system
from wire.acts import SystemClassified
from wire.verdicts import Regime


def classify_system(
    province: Province, by: str, place: tuple[str, str], answers: Answers, found: Classified
) -> int | None:
    """Log the answers and what they give.

    Args:
        province: where.
        by: who answered.
        place: the codes of facility and system.
        answers: what was answered.
        found: what follows from it.

    Returns:
        The level that was decided for the system under NĐ 331; None under the old regime, whose
        levels follow other criteria.

    Raises:
        UnknownThingError: there is no such system.
    """
    facility, code = place
    with province.database.writing() as connection:
        system = find_system(connection, facility, code)
        if system is None:
            raise UnknownThingError(what="system", code=f"{facility}/{code}")
        act = SystemClassified(
            facility=facility,
            system=code,
            level=found.level or 0,
            criteria=tuple(criterion.code for criterion in found.deciding),
            open=tuple(criterion.code for criterion in found.open),
            answers=_said(answers),
        )
        log_acts(province, connection, by, [act], province.now())
    return system.level if system.regime is Regime.ND331 else None


def _said(answers: Answers) -> dict[str, str]:
    given = msgspec.to_builtins(answers)
    return {key: str(value).lower() for key, value in given.items() if value is not None}
