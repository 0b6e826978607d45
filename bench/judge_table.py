"""The judges of `judges.py`: where each lives, what stands in its place, what must notice."""

# ruff: noqa: ANN401 - what stands in for functions of any shape

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Lenient = Callable[[Any], Any]  # original -> what stands in its place


def always(*, answer: object) -> Lenient:
    return lambda _original: lambda *_given, **_named: answer


def improved(**fields: str) -> Lenient:
    """The judge's own answer, with these fields (names of enumeration members) made good."""

    def make(original: Any) -> Any:
        def judge(*given: Any, **named: Any) -> Any:
            return _improve(original(*given, **named), fields)

        return judge

    return make


def _improve(answer: Any, fields: dict[str, str]) -> Any:
    from msgspec.structs import replace as replace_struct

    good = {
        name: type(getattr(answer, name))[member] if member else None
        for name, member in fields.items()
    }
    if dataclasses.is_dataclass(answer):
        return dataclasses.replace(answer, **good)
    return replace_struct(answer, **good)


def _believes_any_link(_original: Any) -> Any:
    from wire.chain import ChainState

    return lambda _state, header, link, *_rest: ChainState(
        header.incarnation, header.sequence, link
    )


def _separate(_original: Any) -> Any:
    from wire.verdicts import Separation

    return lambda _pairs: Separation.SEPARATE


def _met(_original: Any) -> Any:
    from compliance.answers import HostState
    from compliance.reasons import Reason
    from wire.verdicts import ControlState

    reason = next(iter(Reason))
    return lambda *_given: HostState(ControlState.MET, reason)


def _full_marks(original: Any) -> Any:
    return lambda *given: dataclasses.replace(original(*given), value=1.0, raw=1.0, coverage=1.0)


def _drill_passed(_original: Any) -> Any:
    from recovery.drill_verdict import DrillJudgement
    from wire.verdicts import DrillVerdict

    return lambda *_given: DrillJudgement(DrillVerdict.PASSED, None)


def _unsigned_note(_original: Any) -> Any:
    from wire.checkpoint import peek

    return lambda note, _key: peek(note)


def _any_tree(original: Any) -> Any:
    return lambda holding, wanted: original(holding, dataclasses.replace(wanted, first=None))


def _all_proved(_original: Any) -> Any:
    return lambda _opened, _point, wanted, _findings: len(wanted)


@dataclass(frozen=True, slots=True)
class Judge:
    """Where a judge lives, what stands in its place, and which test files must notice."""

    place: str  # module:attribute
    lenient: Lenient
    tests: tuple[str, ...]


_FORGED, _API = "tests/verify/test_forged_pack.py", "tests/controller/api"
JUDGES: dict[str, Judge] = {
    "checks": Judge(
        "agent.checks.runner:_judge",
        improved(verdict="PASS"),
        (
            "tests/agent/checks/test_cases.py",
            "tests/agent/checks/test_families.py",
            "tests/agent/checks/test_instances.py",
            "tests/agent/checks/test_runner.py",
        ),
    ),
    "source of a backup": Judge(
        "agent.backup.sources.source:fault",
        always(answer=None),
        ("tests/agent/backup/test_judging.py",),
    ),
    "restic's end": Judge(
        "agent.restic.outcome:failure_of",
        always(answer=None),
        ("tests/agent/restic/test_outcome.py",),
    ),
    "tree at the second site": Judge(
        "agent.backup.read_back:point_of", _any_tree, ("tests/agent/backup/test_judging.py",)
    ),
    "a dump": Judge(
        "agent.backup.databases.judging:fault",
        always(answer=None),
        ("tests/agent/data/test_data_pure.py",),
    ),
    "locks of others": Judge(
        "recovery.lock_judgement:in_the_way",
        always(answer=()),
        ("tests/recovery/test_lock_judgement.py",),
    ),
    "troubles of a site": Judge(
        "recovery.site_troubles:site_troubles",
        always(answer=()),
        ("tests/recovery/test_site_troubles.py", "tests/controller/fleet/test_watch_sites.py"),
    ),
    "what retention keeps back": Judge(
        "recovery.retention:_agree",
        always(answer=True),
        ("tests/recovery/test_retention.py",),
    ),
    "packs to read": Judge(
        "agent.backup.verification.rotation:_waits",
        always(answer=False),
        ("tests/agent/backup/test_rotation.py",),
    ),
    "a pack that was read": Judge(
        "agent.restic.packs:read",
        always(answer=1),
        ("tests/agent/restic/test_packs.py",),
    ),
    "a disk that is carried": Judge(
        "agent.sites.device:demand_fit",
        always(answer=None),
        ("tests/agent/backup/test_offline.py",),
    ),
    "backup of a dataset": Judge(
        "recovery.backup_verdict:judge",
        improved(verdict="GREEN", cause=""),
        ("tests/recovery/test_backup_verdict.py", "tests/controller/fleet/test_judge.py"),
    ),
    "backup at one site": Judge(
        "recovery.backup_verdict:_judge_site",
        improved(verdict="GREEN", cause=""),
        ("tests/recovery/test_backup_verdict.py",),
    ),
    "same content": Judge(
        "recovery.backup_verdict:_differences",
        always(answer=frozenset()),
        ("tests/recovery/test_backup_verdict.py",),
    ),
    "separation of a pair": Judge(
        "recovery.separation:judge_pair",
        improved(verdict="SEPARATE"),
        ("tests/recovery/test_separation.py",),
    ),
    "separation of all": Judge(
        "recovery.separation:overall", _separate, ("tests/recovery/test_separation.py",)
    ),
    "restored file": Judge(
        "agent.drills.compare:equals", always(answer=True), ("tests/agent/drills/test_drills.py",)
    ),
    "membership in the root": Judge(
        "recovery.proof:fault_of_membership", always(answer=None), ("tests/recovery/test_proof.py",)
    ),
    "all answers": Judge(
        "recovery.proof:answers_all", always(answer=True), ("tests/recovery/test_proof.py",)
    ),
    "named commitment": Judge(
        "recovery.proof:names_commitment", always(answer=True), ("tests/recovery/test_proof.py",)
    ),
    "drill": Judge(
        "recovery.drill_verdict:judge",
        _drill_passed,
        ("tests/recovery/test_proof.py", "tests/agent/drills/test_drills.py"),
    ),
    "logged drill": Judge(
        "recovery.drill_verdict:judge_statement", _drill_passed, ("tests/recovery/test_proof.py",)
    ),
    "age of a drill": Judge(
        "recovery.drill_verdict:_judge_age", _drill_passed, ("tests/recovery/test_proof.py",)
    ),
    "chain": Judge(
        "wire.chain:accept",
        _believes_any_link,
        ("tests/wire/test_chain.py", f"{_API}/test_evidence.py", _FORGED),
    ),
    "signature": Judge(
        "wire.keys:PublicKey.verify",
        always(answer=None),
        (
            *("tests/wire/test_keys.py", "tests/wire/test_envelope.py"),
            *("tests/wire/test_checkpoint.py", f"{_API}/test_evidence.py", _FORGED),
            *(f"{_API}/test_requests.py", "tests/agent/uplink/test_orders.py"),
        ),
    ),
    "signed request": Judge(
        "wire.request:verify",
        always(answer=None),
        ("tests/wire/test_request.py", f"{_API}/test_requests.py"),
    ),
    "fresh request": Judge(
        "wire.request:is_fresh",
        always(answer=True),
        ("tests/wire/test_request.py", f"{_API}/test_requests.py"),
    ),
    "first use of a nonce": Judge(
        "controller.store.requests:first_use", always(answer=True), (f"{_API}/test_requests.py",)
    ),
    "signed time": Judge(
        "wire.request:verify_time", always(answer=None), ("tests/agent/uplink/test_exchange.py",)
    ),
    "checkpoint": Judge(
        "wire.checkpoint:verify",
        _unsigned_note,
        ("tests/wire/test_checkpoint.py", "tests/agent/uplink/test_exchange.py", _FORGED),
    ),
    "inclusion": Judge(
        "wire.merkle:verify_inclusion", always(answer=None), ("tests/wire/test_merkle.py", _FORGED)
    ),
    "consistency": Judge(
        "wire.merkle:verify_consistency",
        always(answer=None),
        ("tests/wire/test_merkle.py", "tests/agent/uplink/test_exchange.py", _FORGED),
    ),
    "order to an agent": Judge(
        "agent.uplink.orders:refusal", always(answer=""), ("tests/agent/uplink/test_orders.py",)
    ),
    "control": Judge("compliance.score:judge", _met, ("tests/compliance/test_score.py",)),
    "score": Judge("compliance.score:score", _full_marks, ("tests/compliance/test_score.py",)),
    "parts of a rule": Judge(
        "compliance.answers:join_all", _met, ("tests/compliance/test_rules.py",)
    ),
    "second person": Judge(
        "compliance.decisions:may_decide",
        always(answer=True),
        ("tests/compliance/test_decisions.py", _FORGED),
    ),
    "exception in force": Judge(
        "compliance.decisions:counts", always(answer=True), ("tests/compliance/test_decisions.py",)
    ),
    "document in force": Judge(
        "compliance.decisions:document_counts",
        always(answer=True),
        ("tests/compliance/test_decisions.py", "tests/compliance/test_reminders.py"),
    ),
    "freshness of evidence": Judge(
        "compliance.durations:is_fresh",
        always(answer=True),
        ("tests/compliance/test_score.py", "tests/compliance/test_durations.py"),
    ),
    "stored score": Judge("verify.scores:_judge_one", always(answer=None), (_FORGED,)),
    "newest entries of a pack": Judge(
        "verify.history:judge_heads", always(answer=None), (_FORGED,)
    ),
    "proofs of a pack": Judge("verify.history:judge_inclusion", _all_proved, (_FORGED,)),
    "older checkpoints": Judge("verify.history:judge_older", always(answer=None), (_FORGED,)),
    "anchor": Judge(
        "verify.anchor:judge_anchor",
        always(answer=True),
        ("tests/verify/test_honest_pack.py", _FORGED),
    ),
    "changed file": Judge(
        "agent.integrity.compare:judge",
        always(answer=()),
        ("tests/agent/integrity/test_compare.py", "tests/agent/integrity/test_scan.py"),
    ),
    "present baseline": Judge(
        "agent.integrity.store:BaselineStore.holds",
        always(answer=True),
        ("tests/agent/integrity/test_baseline.py",),
    ),
    "local fields": Judge(
        "wire.classification:refuse_local", always(answer=None), ("tests/wire/test_privacy.py",)
    ),
}
