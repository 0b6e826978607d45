"""What types cannot refuse, the parameters of a family refuse themselves."""

from typing import Any

import msgspec
import pytest

from agent.checks.families import FAMILIES
from agent.checks.families.demand import Demand

WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sshd_setting", {"keyword": "UsePAM", "set": "yes"}),
    ("sshd_setting", {"keyword": "X", "set": "1", "one_of": ["1"], "between": [[1, 2]]}),
    ("sshd_setting", {"keyword": "X", "set": "1", "between": [[1]]}),
    ("pam_module", {"service": "su", "kind": "auth", "modules": ["a"], "need": "harmless"}),
    ("pam_module", {"service": "su", "kind": "login", "modules": ["a"]}),
    ("pam_argument", {"service": "su", "kind": "auth", "module": "a", "name": "b", "be": {}}),
    ("audit_rule", {}),
    ("audit_rule", {"paths": ["/etc/passwd"], "calls": ["open"]}),
    ("auditd_setting", {"name": "write_logs"}),
    ("journald_setting", {"name": "storage", "be": {"one_of": ["persistent"]}}),
    ("rsyslog_setting", {}),
    ("rsyslog_setting", {"files": "0640", "no_reception": True}),
    ("log_sending", {"need": "fast"}),
    ("logrotate", {"need": "mode", "logs": ["/var/log/syslog"]}),
    ("logrotate", {"need": "packed"}),
    ("logrotate", {"need": "covered", "logs": ["/var/log/syslog"]}),
    ("login_defs", {"name": "UMASK"}),
    ("login_defs", {"name": "UMASK", "masks": "often"}),
    ("sudo_setting", {"name": "setenv"}),
    ("sudo_setting", {"name": "setenv", "state": "off", "without": ["x"]}),
    ("log_retention", {"days": 0}),
    ("log_retention", {"days": "90"}),
)


@pytest.mark.parametrize(("family", "given"), WRONG)
def test_wrong_parameters_are_refused(family: str, given: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(given, FAMILIES[family].params)


@pytest.mark.parametrize(
    ("demand", "met", "missed"),
    [
        (
            Demand(at_least=5),
            ("5", "500"),
            ("4", "-5", "", "five", "5x", "\u0665", "9" * 5000, None),
        ),
        (Demand(at_most=5), ("5", "0", "-1"), ("6", "", "no", None)),
        (Demand(at_least=1, at_most=5), ("1", "5"), ("0", "6")),
        (Demand(at_least=600, one_of=("never",)), ("600", "never", "NEVER"), ("0", "ever")),
        (Demand(one_of=("yes",)), ("yes", "Yes"), ("", "no", "1", None)),
    ],
)
def test_a_demand_is_met_by_what_it_names_and_nothing_else(
    demand: Demand, met: tuple[str, ...], missed: tuple[str | None, ...]
) -> None:
    assert [value for value in met if not demand.met_by(value)] == []
    assert [value for value in missed if demand.met_by(value)] == []


@pytest.mark.parametrize(
    ("demand", "said", "example"),
    [
        (Demand(at_least=5), "n ≥ 5", "5"),
        (Demand(at_most=5), "n ≤ 5", "5"),
        (Demand(at_least=1, at_most=5), "n 1 … 5", "5"),
        (Demand(one_of=("a", "b")), "n = a or b", "a"),
        (Demand(at_least=0, one_of=("never",)), "n ≥ 0 or never", "never"),
    ],
)
def test_a_demand_is_said_with_a_value_that_meets_it(
    demand: Demand, said: str, example: str
) -> None:
    assert (demand.said("n"), demand.example) == (said, example)
    assert demand.met_by(demand.example)
