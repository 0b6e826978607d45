"""Checks of what a file server shares: Samba and NFS."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import nfs, samba
from wire.privacy import Privacy
from wire.text import N_

OLD_PROTOCOLS = {"core", "coreplus", "lanman1", "lanman2", "nt1"}
EVERYBODY = {"*", "<world>", "0.0.0.0/0", "::/0"}


def old_protocol_off(facts: samba.SambaFacts) -> Outcome:
    value = facts.get("server min protocol")
    known = "server min protocol" in facts.settings
    return judged(known and value not in OLD_PROTOCOLS, f"server min protocol = {value}")


def traffic_protected(facts: samba.SambaFacts) -> Outcome:
    """Encrypted, or at least signed so that nobody changes it on the way."""
    encrypt, signing = facts.encryption, facts.get("server signing")
    good = encrypt in {"required", "mandatory"} or signing in {"required", "mandatory"}
    return judged(good, f"server smb encrypt = {encrypt}, server signing = {signing}")


def guests_refused(facts: samba.SambaFacts) -> Outcome:
    """Guests get in when unknown users are mapped to them and a share takes them."""
    if facts.get("map to guest") == "never":
        return none_of(())
    return none_of(facts.guest_shares)


def exports_limited(facts: nfs.NfsFacts) -> Outcome:
    return none_of([f"{one.path} {one.client}" for one in facts.exports if one.client in EVERYBODY])


def remote_root_refused(facts: nfs.NfsFacts) -> Outcome:
    return none_of(
        [f"{one.path} {one.client}" for one in facts.exports if "no_root_squash" in one.options]
    )


CHECKS = (
    Check(
        id="samba.old_protocol_off",
        title=N_("Samba does not speak SMB version 1"),
        why=N_("WannaCry spread through hospitals over SMB version 1."),
        expected="server min protocol = SMB2 or SMB3",
        remedy="sed -i '/^\\[global\\]/a server min protocol = SMB2' /etc/samba/smb.conf && "
        "systemctl restart smbd",
        needs=samba.collect,
        judge=old_protocol_off,
        source="smb.conf(5), server min protocol",
    ),
    Check(
        id="samba.traffic_protected",
        title=N_("Samba protects what passes over the line"),
        why=N_("Files on their way could otherwise be changed or read by a listener."),
        expected="server smb encrypt = required, or server signing = mandatory",
        remedy="sed -i '/^\\[global\\]/a server smb encrypt = required' /etc/samba/smb.conf && "
        "systemctl restart smbd",
        needs=samba.collect,
        judge=traffic_protected,
        source="smb.conf(5), server smb encrypt; TCVN 14423:2026, 5.4.2.4 b)",
    ),
    Check(
        id="samba.guests_refused",
        title=N_("Samba lets no guests into a share"),
        why=N_("A share for guests is a share for everybody who gets onto the network."),
        expected="none with guest ok = yes",
        remedy="sed -i 's/guest ok *= *yes/guest ok = no/' /etc/samba/smb.conf && "
        "systemctl restart smbd",
        needs=samba.collect,
        judge=guests_refused,
        source="smb.conf(5), guest ok, map to guest",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="nfs.exports_limited",
        title=N_("NFS shares are only for named machines"),
        why=N_("NFS believes what the machine says: whoever may mount it may read it."),
        expected="none for *",
        remedy="nano /etc/exports && exportfs -ra",
        needs=nfs.collect,
        judge=exports_limited,
        source="exports(5)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="nfs.remote_root_refused",
        title=N_("root of another machine is not root on NFS shares"),
        why=N_("Otherwise one broken workstation owns every file of the share."),
        expected="none with no_root_squash",
        remedy="sed -i 's/no_root_squash/root_squash/' /etc/exports && exportfs -ra",
        needs=nfs.collect,
        judge=remote_root_refused,
        source="exports(5), root_squash",
        observed_is=Privacy.LOCAL,
    ),
)
