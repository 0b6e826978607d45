"""The configuration of the demonstration's one server."""

from typing import Any

import yaml

from demo.ssh_site import SshSite
from demo.stage import Stage

FACILITY = "BV-DEMO"
SYSTEM = "FS-01"
DATASET = "share"


def write_agent_configuration(stage: Stage, site: SshSite, url: str) -> None:
    home = stage.home / "agent"
    home.mkdir(mode=0o700, exist_ok=True)
    document = yaml.safe_dump(_configuration(stage, site, url), allow_unicode=True, sort_keys=False)
    (home / "agent.yaml").write_text(document)


def _configuration(stage: Stage, site: SshSite, url: str) -> dict[str, Any]:
    watched = [str(stage.folder), str(stage.share)]
    return {
        "controller": {"url": url},
        "facility": FACILITY,
        "systems": [{"code": SYSTEM, "regime": "ND331", "level": 3}],
        "integrity": [{"path": path, "names": "none"} for path in watched],
        "datasets": [{"name": DATASET, "paths": watched, "schedule": "15 */4 * * *", "rpo": "8h"}],
        "sites": [_site_a(stage), _site_b(site)],
        "metrics": {"textfile": str(stage.home / "agent" / "lachan.prom")},
    }


def _site_a(stage: Stage) -> dict[str, Any]:
    return {
        "name": "a",
        "kind": "local",
        "path": str(stage.site_a),
        "held_by": "owned",
        "address": "Phòng máy chủ, nhà A",
        "coordinates": [13.98, 108.0],
    }


def _site_b(site: SshSite) -> dict[str, Any]:
    return {
        "name": "b",
        "kind": "append_only_ssh",
        "user": site.user,
        "host": site.host,
        "port": site.port,
        "key_file": str(site.key_file),
        "probe_key_file": str(site.probe_key_file),
        "known_hosts_file": str(site.known_hosts_file),
        "held_by": "hosted",
        "address": "Bệnh viện bạn",
        "coordinates": [13.78, 109.22],
    }
