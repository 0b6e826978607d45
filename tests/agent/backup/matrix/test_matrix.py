"""The fault matrix: each silent fault has its verdict and its cause; healthy days stay green."""

import pytest

from tests.agent.backup.matrix.faults import FAULTS, Fault
from tests.agent.backup.matrix.ground import HONEST, Ground, cause_at
from tests.agent.backup.matrix.healthy import CONTROLS, Healthy
from wire.verdicts import BackupVerdict, Cause, Separation


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_silent_fault_is_never_green_and_has_its_cause(ground: Ground, fault: Fault) -> None:
    before = ground.judged()
    assert before.verdict is BackupVerdict.GREEN
    fault.breaks(ground)
    fault.act(ground)
    found = ground.judged()
    assert found.verdict is fault.verdict
    if fault.at:
        assert cause_at(found, fault.at) is fault.cause
    else:
        assert found.cause is fault.cause


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_healthy_day_stays_green(ground: Ground, control: Healthy) -> None:
    control.happens(ground)
    control.act(ground)
    found = ground.judged()
    assert (found.verdict, found.cause) == (BackupVerdict.GREEN, None)
    assert [site.cause for site in found.sites] == [None, None]


def test_on_one_machine_the_same_facility_has_one_cause_alone(ground: Ground) -> None:
    """No configuration says otherwise: what was never compared, or is one place, is not green."""
    assert HONEST is Separation.SEPARATE
    assert ground.result().judgement.cause is Cause.COULD_NOT_LOOK


def test_the_matrix_is_as_large_as_it_must_be() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40
    assert len({control.name for control in CONTROLS}) == len(CONTROLS) >= 20
