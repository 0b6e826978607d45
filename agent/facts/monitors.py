"""Programs that watch this host: its resources, its files, its visitors."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import own, processes
from agent.host import Host

METERS = (
    "node_exporter", "prometheus-node-exporter", "zabbix_agentd", "zabbix_agent2", "netdata",
    "telegraf", "collectd", "nrpe", "check_mk_agent", "monit", "munin-node", "alloy",
    "datadog-agent", "metricbeat", "snmpd", "pmcd", "glances",
)  # fmt: skip
DETECTORS = (
    "wazuh-agentd", "ossec-agentd", "ossec-analysisd", "samhain", "osqueryd", "falco", "suricata",
    "snort", "zeek", "falcon-sensor", "wdavdaemon", "elastic-endpoin", "sentinelone-age",
    "s1-agent", "velociraptor", "cbagentd", "ds_agent",
)  # fmt: skip
BARRIERS = ("fail2ban-server", "crowdsec", "sshguard", "denyhosts", "wazuh-execd", "ossec-execd")


@dataclass(frozen=True, slots=True)
class MonitorFacts:
    meters: tuple[str, ...]
    detectors: tuple[str, ...]
    barriers: tuple[str, ...]
    own_metrics: bool  # our agent writes its figures for somebody
    own_reports: bool  # our agent tells a controller, which raises the alarm


def collect(host: Host) -> MonitorFacts:
    found = processes.collect(host)
    try:
        config = own.settings(host)
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        metrics, reports = False, False
    else:
        metrics = config.metrics.textfile is not None or bool(config.metrics.listen)
        reports = config.controller is not None
    return MonitorFacts(
        found.running(*METERS),
        found.running(*DETECTORS),
        found.running(*BARRIERS),
        metrics,
        reports,
    )
