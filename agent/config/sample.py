"""The sample configuration: one value for every key, each explained by the schema's own words."""

from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import inspect

from agent.config.model import AgentConfig
from agent.config.schema import description_of, field_kinds
from texts.catalogue import tr
from wire.text import N_

SAMPLE: dict[str, Any] = {
    "controller": {"url": "https://soc.syt.example:8443"},
    "facility": "GL-BVDK",
    "systems": [{"code": "FS-01", "regime": "ND331", "level": 3}],
    "integrity": [
        {
            "path": "/srv/share",
            "names": "none",
            "ignore": ["~$*", "*.tmp"],
            "reread_within": "30d",
            "alert": "attacks",
            "canaries": "yes",
        },
        {"path": "/etc", "names": "folder", "folder_depth": 1, "texts": "yes"},
        {
            "path": "/opt/his",
            "names": "folder",
            "only": ["*.jar", "*.properties"],
            "accept": "two",
        },
    ],
    "integrity_pace": {"nice": 10, "files_per_s": 0, "rest_above": 1.0},
    "datasets": [
        {
            "name": "share",
            "paths": ["/srv/share"],
            "schedule": "15 */4 * * *",
            "rpo": "8h",
            "min_files": 100,
            "min_bytes": 1_000_000,
            "names": "none",
            "keep": {
                "within_hourly": "2d",
                "within_daily": "30d",
                "within_weekly": "6m",
                "within_monthly": "3y",
                "within_yearly": "",
            },
        },
        {
            "name": "his",
            "postgresql": {
                "database": "his",
                "run_as": "postgres",
            },
            "schedule": "5 */4 * * *",
            "rpo": "8h",
        },
        {
            "name": "lis",
            "mariadb": {
                "database": "lis",
                "host": "10.20.0.7",
                "port": 3306,
                "user": "lachan",
                "password_file": "/etc/lachan/secrets/lis.password",
            },
            "schedule": "35 */4 * * *",
            "rpo": "8h",
        },
        {
            "name": "queue",
            "sqlite": {"files": ["/srv/queue/numbers.db"]},
            "schedule": "50 */4 * * *",
            "rpo": "8h",
        },
        {
            "name": "pacs",
            "export": {
                "path": "/srv/pacs-export",
                "done_marker": "SHA256SUMS",
                "marker_says": "sums",
            },
            "schedule": "0 3 * * *",
            "rpo": "1d12h",
        },
    ],
    "excluded": [
        {
            "path": "/srv/mirror",
            "reason": "bản sao phần mềm công khai, lúc nào cũng tải lại được",
        },
        {"database": "test_his", "reason": "bản dùng để đào tạo, không có bệnh nhân thật"},
        {"share": "scan-tmp", "reason": "ảnh quét nằm đây vài phút rồi được chuyển vào hồ sơ"},
    ],
    "sites": [
        {
            "name": "a",
            "kind": "local",
            "held_by": "owned",
            "path": "/mnt/nas/lachan",
            "address": "Phòng máy chủ, nhà A",
            "coordinates": [13.98, 108.0],
            "place_shown": "none",
        },
        {
            "name": "b",
            "kind": "append_only_ssh",
            "held_by": "hosted",
            "user": "lachan",
            "host": "10.20.0.5",
            "port": 22,
            "key_file": "/etc/lachan/secrets/site-b.key",
            "probe_key_file": "/etc/lachan/secrets/site-b-probe.key",
            "known_hosts_file": "/etc/lachan/site-b.known_hosts",
            "address": "Trung tâm Y tế An Khê",
            "coordinates": [13.95, 108.65],
            "place_shown": "full",
            "provider": "Trung tâm Y tế An Khê; VNPT",
            "documents": [
                {
                    "what": "Biên bản bàn giao nơi đặt",
                    "date": "2026-05-31",
                    "file": "/etc/lachan/documents/site-b.pdf",
                    "sha256": "",
                }
            ],
            "agent_fingerprint": "",
            "active_probes": "yes",
            "maintained_by": "6Yw3jp1tsYRzLSqsgDdAhYQI58RcnpuZqqyLg5cf8Xs=",
            "limit": {
                "upload": 512,
                "download": 0,
                "windows": [{"hours": "22:00-06:00", "upload": 0, "download": 0}],
            },
        },
        {
            "name": "c",
            "kind": "s3",
            "held_by": "hosted",
            "url": "https://s3.example:9000",
            "bucket": "lachan/FS-01",
            "region": "us-east-1",
            "addressing": "path",
            "credentials_file": "/etc/lachan/secrets/site-c.credentials",
            "ca_file": "/etc/lachan/site-c-ca.pem",
        },
    ],
    "location": {
        "address": "Phòng máy chủ, nhà A",
        "coordinates": [13.98, 108.0],
        "place_shown": "full",
    },
    "expected": {
        "ports": ["22/tcp", "445/tcp"],
        "administrators": ["tam"],
        "dns_servers": ["10.20.0.53"],
        "filtering_dns_servers": ["10.20.0.53"],
    },
    "offline": {"max_age": "30d"},
    "drills": {"d0": "30 2 * * *", "d1": "0 3 * * 6"},
    "metrics": {"textfile": "/var/lib/prometheus/node-exporter/lachan.prom", "listen": ""},
    "notify": {
        "mail": "it@benhvien.example",
        "from": "lachan@benhvien.example",
        "language": "vi",
        "sendmail": "/usr/sbin/sendmail",
        "smtp": {
            "host": "mail.benhvien.example",
            "port": 587,
            "security": "starttls",
            "user": "lachan",
            "password_file": "/etc/lachan/secrets/mail.password",
            "ca_file": "/etc/ssl/certs/ca-certificates.crt",
        },
    },
    "quiet_hours": "22:00-06:00",
    "suspicion_playbook": "incident.ransomware-suspected",
    "orders": ["check", "scan", "backup", "verify", "drill", "hold"],
    "accept_packs": "ask",
}


# The facility's maintenance host has no datasets, and no server that has some may do its work.
MAINTENANCE_SAMPLE: dict[str, Any] = {
    "facility": "GL-BVDK",
    "sites": [
        {
            "name": "fs-01-b",
            "kind": "append_only_ssh",
            "held_by": "hosted",
            "user": "lachan",
            "host": "10.20.0.5",
            "known_hosts_file": "/etc/lachan/site-b.known_hosts",
            "maintenance": {
                "datasets": [{"name": "share", "keep": {"within_daily": "30d"}}],
                "key_file": "/etc/lachan/secrets/fs-01-b-maintenance.key",
            },
        },
        {
            "name": "fs-01-c",
            "kind": "s3",
            "held_by": "hosted",
            "url": "https://s3.example:9000",
            "bucket": "lachan/FS-01",
            "maintenance": {
                "datasets": [{"name": "share"}],
                "credentials_file": "/etc/lachan/secrets/fs-01-c-maintenance.credentials",
            },
        },
    ],
}


def sample(values: dict[str, Any] = SAMPLE) -> str:
    """A whole agent.yaml in the reader's language, ready to be changed."""
    head = tr(N_("Lá Chắn agent. Times of schedules are this host's local time."))
    lines = [f"# {head}", *_lines(values, inspect.type_info(AgentConfig), "", set())]
    return "\n".join(lines) + "\n"


def _lines(
    values: dict[str, Any], kind: inspect.Type, indent: str, explained: set[str]
) -> Iterator[str]:
    """Each key under its explanation, which is given where the key first stands."""
    fields = field_kinds(kind)
    for key, value in values.items():
        description = description_of(fields[key].type)
        if description and description not in explained:
            explained.add(description)
            yield f"{indent}# {tr(description)}"
        yield from _entry(key, value, fields[key].type, indent, explained)


def _entry(
    key: str,
    value: Any,  # noqa: ANN401 - YAML's values
    kind: inspect.Type,
    indent: str,
    explained: set[str],
) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{indent}{key}:"
        yield from _lines(value, kind, indent + "  ", explained)
    elif isinstance(value, list) and isinstance(value[0], dict):
        yield f"{indent}{key}:"
        for group in value:
            inner = list(_lines(group, kind, indent + "    ", explained))
            yield from _as_list_entry(inner, indent)
    else:
        yield f"{indent}{key}: {_scalar(value)}"


def _as_list_entry(lines: list[str], indent: str) -> Iterator[str]:
    """The dash stands before the first key; explanations above it stay explanations."""
    opened = False
    for line in lines:
        if not opened and not line.lstrip().startswith("#"):
            opened = True
            yield f"{indent}  - {line.lstrip()}"
        else:
            yield line


def _scalar(value: Any) -> str:  # noqa: ANN401
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
