"""The verifier's answer as one JSON document (product.md §7)."""

import platform
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from verify.faults import Finding
from verify.verdict import PackReport
from wire.keys import fingerprint, fingerprint_digits

SCHEMA = "lachan.verify/1"


def document(report: PackReport, now: datetime) -> dict[str, Any]:
    statement, point, founded = report.statement, report.checkpoint, report.foundation
    return {
        "schema": SCHEMA,
        "host": platform.node(),
        "at": now,
        "verdict": report.verdict,
        "anchor": report.anchor.shown if report.anchor else None,
        "log_key": fingerprint_digits(fingerprint(founded.log_key)) if founded else None,
        "province": founded.province if founded else None,
        "facility": statement.facility if statement else None,
        "made_at": statement.made_at if statement else None,
        "log_size": point.size if point else None,
        "log_at": point.at if point else None,
        "first_at": report.first_at,
        "last_at": report.last_at,
        "checked": report.checked,
        "faults": _listed(report.findings.faults),
        "faults_omitted": report.findings.omitted,
        "remarks": _listed(report.findings.remarks),
    }


def _listed(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [
        {"where": f.where, "what": f.code, "detail": f.detail, "says": f.sentence()}
        for f in findings
    ]
