"""Words for the signs that two places are one, and for what is missing to tell."""

from texts.catalogue import tr
from wire.text import N_

SIGNS: dict[str, str] = {
    "boot_id": N_("same running kernel"),
    "filesystem": N_("same file system"),
    "free_space": N_("free space moves together"),
    "canary": N_("a file written at one is seen at the other"),
    "repository": N_("same repository"),
    "rtt": N_("answers too fast for the distance"),
    "coordinates": N_("declared too near to each other"),
    "boot_time": N_("started at the same moment"),
    "machine_id": N_("same machine id"),
    "dmi_uuid": N_("same mainboard"),
    "host_key": N_("same SSH host key"),
    "own_address": N_("reached at an address of the protected server itself"),
    "tls_key": N_("same key of the web server"),
    "station": N_("same network card"),
    "storage_source": N_("same network storage"),
    "storage_server": N_("same storage server"),
    "master_key": N_("same repository password"),
    "building": N_("declared in the same building"),
    "size": N_("same size and free space"),
    "address": N_("same address"),
    "network": N_("same local network"),
    "gateway": N_("same gateway (a hint only)"),
    "near": N_("declared less than 100 m apart (a hint only)"),
    "provider": N_("same provider (a hint only)"),
    "banner": N_("same SSH software (a hint only)"),
    "device": N_("same device name (a hint only)"),
    "own_agent": N_("an agent of its own at each place"),
    "document": N_("a document of where the places are"),
}


def sign_word(code: str) -> str:
    """What an agreeing sign says; a code of another version is shown as it is."""
    return tr(SIGNS.get(code, code))


def sign_words(codes: tuple[str, ...]) -> str:
    return ", ".join(sign_word(code) for code in codes)
