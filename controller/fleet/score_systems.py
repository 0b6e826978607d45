"""Score systems by the evidence in the log, and log the score with its moment."""

from dataclasses import dataclass
from datetime import datetime

from compliance.catalogue import Catalogue
from compliance.logged import Evidence, SystemKey
from compliance.score import SCORING, Score, score
from controller.errors import UnknownThingError
from controller.fleet.act import log_acts
from controller.fleet.evidence import evidence_of
from controller.fleet.province import CONTROLLER, Province
from controller.library import catalogue_for
from controller.store.catalogues import adopted_catalogues
from controller.store.engine import Connection
from controller.store.heads import log_size
from controller.store.queries_facilities import System, systems
from wire.acts import Act, ScoreStored


@dataclass(frozen=True, slots=True)
class SystemScore:
    """A system with its score; `catalogue` and `score` are None where nobody wrote one yet."""

    system: System
    judged_at: datetime
    log_size: int
    catalogue: Catalogue | None
    score: Score | None


def scores_of(connection: Connection, facility: str, now: datetime) -> list[SystemScore]:
    """The scores of a facility's systems as of now; nothing is stored."""
    catalogues = adopted_catalogues(connection)
    evidence = evidence_of(connection, facility)
    size = log_size(connection)
    return [
        _scored(system, catalogue_for(catalogues, system.regime, system.level), evidence, now, size)
        for system in systems(connection, facility)
    ]


def store_scores(
    province: Province, facility: str | None = None, system: str | None = None
) -> list[SystemScore]:
    """Score systems and log every score that there is, one facility after another.

    Judged in a view of the log, and only logged under the write lock: evidence and alerts of a
    province do not wait until all of it is scored.

    Args:
        province: the controller.
        facility: only of this facility; None means all.
        system: only this one of the facility.

    Raises:
        UnknownThingError: the facility has no such system.
    """
    with province.database.reading() as connection:
        places = dict.fromkeys(each.facility for each in systems(connection, facility))
    scored = [each for place in places for each in _store_of(province, place, system)]
    if system is not None and not scored:
        raise UnknownThingError(what="system", code=system)
    return scored


def _store_of(province: Province, facility: str, system: str | None) -> list[SystemScore]:
    now = province.now()
    with province.database.reading() as connection:
        scored = [
            each
            for each in scores_of(connection, facility, now)
            if system in (None, each.system.code)
        ]
    acts = [_act(each, each.catalogue, each.score) for each in scored]
    stored: list[Act] = [act for act in acts if act is not None]
    if stored:
        with province.database.writing() as connection:
            log_acts(province, connection, CONTROLLER, stored, now)
    return scored


def _scored(
    system: System, catalogue: Catalogue | None, evidence: Evidence, now: datetime, size: int
) -> SystemScore:
    if catalogue is None:
        return SystemScore(system, now, size, None, None)
    key = SystemKey(system.facility, system.code)
    return SystemScore(system, now, size, catalogue, score(catalogue, evidence, key, now))


def _act(each: SystemScore, catalogue: Catalogue | None, found: Score | None) -> ScoreStored | None:
    if catalogue is None or found is None:
        return None
    return ScoreStored(
        facility=each.system.facility,
        system=each.system.code,
        catalogue=catalogue.id,
        catalogue_digest=catalogue.digest,
        log_size=each.log_size,
        judged_at=each.judged_at,
        score=found.value,
        coverage=found.coverage,
        raw=found.raw,
        not_applicable=found.not_applicable,
        declared=found.declared,
        scoring=SCORING,
    )
