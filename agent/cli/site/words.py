"""Words for why a sign of two places is missing, and what a person can do to get it."""

from agent.sites.lacking import Lack, Lacks
from agent.sites.probe.between import Why
from texts.catalogue import tr
from wire.text import N_

_SIGNALS: dict[str, str] = {  # what was asked for; the signs' own words are of what agrees
    "boot_id": N_("which kernel runs there"),
    "filesystem": N_("its file system"),
    "free_space": N_("free space measured while the other place is written"),
    "canary": N_("a search for a file that is written at the other place"),
    "repository": N_("the repository's identity"),
    "rtt": N_("how fast it answers"),
    "coordinates": N_("its coordinates"),
    "building": N_("its address or coordinates"),
    "own_agent": N_("the signature of an agent there"),
    "document": N_("a document of where it is"),
    "boot_time": N_("when it was started"),
    "machine_id": N_("machine id"),
    "dmi_uuid": N_("mainboard number"),
    "host_key": N_("SSH key"),
    "own_address": N_("whether it is the server's own address"),
    "tls_key": N_("web server's key"),
    "station": N_("network card"),
    "storage_source": N_("network storage"),
    "storage_server": N_("storage server"),
    "master_key": N_("repository password"),
    "size": N_("size and free space"),
    "address": N_("network address"),
    "network": N_("local network"),
    "gateway": N_("gateway"),
    "near": N_("whether less than 100 m lie between"),
    "provider": N_("provider"),
    "banner": N_("SSH software"),
    "device": N_("device name"),
}
_SAYS: dict[Lacks | Why, tuple[str, str]] = {
    Lacks.NOT_ASKED: (
        N_("the site could not be asked"),
        N_("Mend what stands below; then probe again."),
    ),
    Lacks.KIND: (
        N_("a site of this kind does not show it"),
        N_("For proof the site must be a machine that answers over SSH."),
    ),
    Lacks.MOUNT: (
        N_("behind a mount only the server itself can say it"),
        N_("Give the storage server a probe login: host, user, probe_key_file (docs/site-b.md)."),
    ),
    Lacks.NOT_SHOWN: (
        N_("the site does not show it"),
        N_("Install deploy/site/probe.sh there as the forced command of the probe key."),
    ),
    Lacks.NOT_HERE: (
        N_("this host's own part cannot be read"),
        N_("Run the agent as root."),
    ),
    Lacks.NOT_DECLARED: (
        N_("nobody has declared it"),
        N_("Write address and coordinates of the site into agent.yaml."),
    ),
    Lacks.NO_DOCUMENT: (
        N_("no document is named, or its file is not there"),
        N_("Name a contract or a handover under `documents` of the site."),
    ),
    Lacks.NO_AGENT: (
        N_("no agent of the site is known"),
        N_("Install an agent there and write its agent_fingerprint (docs/site-b.md)."),
    ),
    Lacks.NOT_VOUCHED: (
        N_("the agent there does not vouch for the answer"),
        N_("Mend what stands below; then probe again."),
    ),
    Lacks.NOT_OPENED: (
        N_("the repository could not be opened"),
        N_("Run: lachan-agent backup status"),
    ),
    Why.NO_CONSENT: (
        N_("no consent"),
        N_("If the owner of the site agrees: `active_probes: yes` at the site."),
    ),
    Why.LOW_SPACE: (
        N_("less than 1 GiB is free; nothing was written"),
        N_("Make room at the site."),
    ),
    Why.NO_GROUND: (
        N_("nobody may write beside either repository"),
        N_("Let the agent write into the folder above the repository."),
    ),
    Why.NO_VIEW: (
        N_("a site of this kind shows no free space"),
        N_("For proof the site must be a machine that answers over SSH."),
    ),
    Why.DECIDED: (N_("not needed: other signs have decided"), ""),
    Why.BROKE_OFF: (
        N_("the measurement broke off"),
        N_("Look whether the site is switched on and connected; then run `site probe` again."),
    ),
    Why.NOISY: (
        N_("others write so much there that it cannot be told"),
        N_("Probe again at a quieter time."),
    ),
}


def what_lacks(lack: Lack) -> str:
    return tr(_SIGNALS.get(lack.sign, lack.sign))


def why_lacks(lack: Lack) -> str:
    return tr(_SAYS[lack.why][0])


def how_to_mend(lack: Lack) -> str:
    """Empty: nothing needs to be done."""
    remedy = _SAYS[lack.why][1]
    return tr(remedy) if remedy else ""
