"""Checks of what a file server shares: Samba and NFS."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import nfs, samba
from wire.privacy import Privacy
from wire.text import N_

OLD_PROTOCOLS = {"core", "coreplus", "lanman1", "lanman2", "nt1"}
MODERN_NTLM = {"ntlmv2-only", "disabled", "mschapv2-and-ntlmv2-only"}
RECORDER = "full_audit"
# Operations by which files are opened and deleted; names of Samba 4.14 and later, and earlier.
OPENINGS = {"all", "openat", "open", "create_file"}
DELETIONS = {"all", "unlinkat", "unlink"}
PROTECTED_FLAVOURS = {"krb5i", "krb5p"}
PROTECTED_TRANSPORTS = {"tls", "mtls"}
EVERYBODY = {"*", "<world>", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0"}


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
    """`map to guest = never` refuses wrong names only: who gives no name is still a guest."""
    return none_of(facts.guest_shares)


def shares_limited(facts: samba.SambaFacts) -> Outcome:
    """Whoever has an account gets into a share that names nobody."""
    return none_of([name for name in facts.file_shares if not facts.of(name, "valid users")])


def old_passwords_refused(facts: samba.SambaFacts) -> Outcome:
    ntlm, lanman = facts.get("ntlm auth"), facts.get("lanman auth")
    empty, hashed = facts.get("null passwords"), facts.get("encrypt passwords")
    good = ntlm in MODERN_NTLM and lanman == "no" and empty != "yes" and hashed != "no"
    observed = f"ntlm auth = {ntlm}, lanman auth = {lanman}, null passwords = {empty}"
    return judged(good, f"{observed}, encrypt passwords = {hashed}")


def access_recorded(facts: samba.SambaFacts) -> Outcome:
    """The recorder writes down only what it is told to; nothing, when it is told nothing."""
    return none_of([name for name in facts.file_shares if not _records(facts, name)])


def _records(facts: samba.SambaFacts, share: str) -> bool:
    told = set(facts.of(share, f"{RECORDER}:success").replace(",", " ").split())
    left_out = {word[1:] for word in told if word.startswith("!")}
    kinds = ((kind & told) - left_out for kind in (OPENINGS, DELETIONS))
    modules = (word.partition(":")[0] for word in facts.of(share, "vfs objects").split())
    return RECORDER in modules and all(kinds)


def strangers_learn_nothing(facts: samba.SambaFacts) -> Outcome:
    value = facts.get("restrict anonymous")
    return judged(value in {"1", "2"}, f"restrict anonymous = {value}")


def line_protected(facts: nfs.NfsFacts) -> Outcome:
    """Every flavour that the export offers must protect; a client takes the weakest."""
    return none_of([f"{one.path} {one.client}" for one in facts.exports if not _protects(one)])


def _protects(export: nfs.Export) -> bool:
    """An export may name flavours several times, each with its own rights."""
    flavours, transports = _named(export, "sec"), _named(export, "xprtsec")
    by_ticket = (flavours or {"sys"}) <= PROTECTED_FLAVOURS
    return by_ticket or (transports or {"none"}) <= PROTECTED_TRANSPORTS


def _named(export: nfs.Export, name: str) -> set[str]:
    values = (option.partition("=") for option in export.options)
    return {word for key, _, words in values if key == name for word in words.split(":")}


def exports_limited(facts: nfs.NfsFacts) -> Outcome:
    return none_of([f"{one.path} {one.client}" for one in facts.exports if one.client in EVERYBODY])


def remote_root_refused(facts: nfs.NfsFacts) -> Outcome:
    """Who is squashed to number 0 is root all the same."""
    bad = {"no_root_squash", "anonuid=0"}
    return none_of(
        [f"{one.path} {one.client}" for one in facts.exports if bad.intersection(one.options)]
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
        id="samba.shares_limited",
        title=N_("Every Samba share names those who may enter"),
        why=N_("A share that names nobody is open to every account, the cleaning firm's too."),
        expected="none without valid users = @GROUP",
        remedy="nano /etc/samba/smb.conf && testparm -s && systemctl reload smbd",
        needs=samba.collect,
        judge=shares_limited,
        source="smb.conf(5), valid users; TCVN 14423:2026, 5.4.2.1 d)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="samba.old_passwords_refused",
        title=N_("Samba takes no passwords by broken old methods"),
        why=N_("LANMAN and NTLM version 1 give the password away to whoever listens."),
        expected="ntlm auth = ntlmv2-only, lanman auth = no, null passwords = no",
        remedy="sed -i -E '/^\\s*(ntlm auth|lanman auth|null passwords|encrypt passwords)\\b/Id' "
        "/etc/samba/smb.conf && systemctl restart smbd",
        needs=samba.collect,
        judge=old_passwords_refused,
        source="smb.conf(5), ntlm auth, lanman auth; TCVN 14423:2026, 6.12.2.3",
    ),
    Check(
        id="samba.access_recorded",
        title=N_("Samba records who opens, changes and deletes files"),
        why=N_("At the higher levels every operation on important data must be on record."),
        expected="none without vfs objects = full_audit, full_audit:success = openat unlinkat",
        remedy="sed -i '/^\\[global\\]/a vfs objects = full_audit\\nfull_audit:success = openat "
        "mkdirat renameat unlinkat pwrite pwrite_send ftruncate\\nfull_audit:failure = connect "
        "openat' /etc/samba/smb.conf && "
        "systemctl restart smbd",
        needs=samba.collect,
        judge=access_recorded,
        source="vfs_full_audit(8); TCVN 14423:2026, 6.4.2.9 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="samba.strangers_learn_nothing",
        title=N_("Samba tells strangers neither accounts nor shares"),
        why=N_("Guessing passwords starts with a list of the names."),
        expected="restrict anonymous = 1 or 2",
        remedy="sed -i '/^\\[global\\]/a restrict anonymous = 2' /etc/samba/smb.conf && "
        "systemctl restart smbd",
        needs=samba.collect,
        judge=strangers_learn_nothing,
        source="smb.conf(5), restrict anonymous; TCVN 14423:2026, 6.5.2.3",
    ),
    Check(
        id="nfs.line_protected",
        title=N_("NFS shares are encrypted or signed on their way"),
        why=N_("Plain NFS believes any number that a machine gives as its user."),
        expected="none without sec=krb5i, krb5p or xprtsec=tls, mtls",
        remedy="sed -i 's/sec=sys/sec=krb5p/' /etc/exports && exportfs -ra",
        needs=nfs.collect,
        judge=line_protected,
        source="exports(5), sec, xprtsec; TCVN 14423:2026, 5.4.2.4 b)",
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
        expected="none with no_root_squash or anonuid=0",
        remedy="sed -i 's/no_root_squash/root_squash/' /etc/exports && exportfs -ra",
        needs=nfs.collect,
        judge=remote_root_refused,
        source="exports(5), root_squash",
        observed_is=Privacy.LOCAL,
    ),
)
