"""Packs of policies as a province, or somebody who has its key, writes them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from wire.codec import encode
from wire.envelope import seal
from wire.keys import SigningKey
from wire.orders import POLICY_PACK, PolicyFile, PolicyPack

PROVINCE = "test"

HEAD = """
schema: lachan.policy_pack/1
id: gl
version: {version}
title: {{vi: "Chính sách tỉnh", en: "The province's policies"}}
overrides:
  - control: l3.risk.01
    why: {{vi: "Theo kế hoạch", en: "As planned"}}
    weight: 5
controls:
  - catalogue: tcvn-14423-2026.level-3
    id: gl.host.01
    clause: "GL 1"
    ordinal: 1
    group: gl
    kind: host
    title: {{vi: "Dòng cấu hình của tỉnh", en: "The province's line"}}
    evidence: {{vi: "dòng cấu hình", en: "the line"}}
    weight: 3
    confidence: unverified
    sources: [gl-plan]
    decided_by: {{checks: {{all: [gl.app.line]}}}}
"""

CHECK = """
  - id: {id}
    title: {{vi: "Có dòng", en: "The line is there"}}
    why: {{vi: "Vì tỉnh muốn", en: "The province wants it"}}
    with: {given}
    source: "the province's plan"
"""


def checks(family: str, *given: str, prefix: str = "gl.app.line") -> str:
    """A file of check instances; the first is called as the head's own row wants it."""
    rows = [
        CHECK.format(id=prefix if number == 0 else f"{prefix}{number}", given=one)
        for number, one in enumerate(given)
    ]
    return f"schema: lachan.checks/1\nfamily: {family}\nchecks:" + "".join(rows)


def good_files(version: int = 1) -> dict[str, str]:
    line = "{path: /etc/app/app.conf, line: mode safe, absent: bad}"
    return {
        "pack.yaml": HEAD.format(version=version),
        "checks/lines.yaml": checks("file_contains", line),
    }


def signed(
    key: SigningKey,
    now: datetime,
    files: Mapping[str, str] | None = None,
    life: timedelta = timedelta(days=90),
    **changed: object,
) -> bytes:
    """A pack as it lies in a heartbeat's answer."""
    files = good_files() if files is None else files
    fields: dict[str, object] = {
        "province": PROVINCE,
        "pack": "gl",
        "version": 1,
        "files": tuple(PolicyFile(name, text) for name, text in files.items()),
        "issued_at": now,
        "expires_at": now + life,
    }
    return seal(POLICY_PACK, encode(PolicyPack(**{**fields, **changed})), key)  # type: ignore[arg-type]
