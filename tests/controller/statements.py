"""Statements that hosts of the tests make."""

from datetime import datetime, timedelta
from hashlib import sha256

from wire.merkle import Tree, leaf_hash
from wire.messages import Answer, Backup, Drill, Findings, Manifest, Result, SiteCopy, SiteState
from wire.verdicts import (
    Assurance,
    BackupVerdict,
    CheckVerdict,
    DrillVerdict,
    HeldBy,
    Names,
    Protection,
    Separation,
)

DATASET = "p" + "1" * 32
TREE = "p" + "2" * 32
SNAPSHOT = "p" + "3" * 32
KEYED = "p" + "4" * 32


def backup(at: datetime, rpo: timedelta, trigger: str = "schedule") -> Backup:
    """A dataset that both sites hold whole, as its host sees it."""
    return Backup(
        dataset=DATASET,
        names=Names.NONE,
        verdict=BackupVerdict.GREEN,
        rpo_s=rpo.total_seconds(),
        copies=(_copy("a", at), _copy("b", at)),
        separation=Separation.SEPARATE,
        trigger=trigger,
    )


def _copy(site: str, at: datetime) -> SiteCopy:
    return SiteCopy(
        site=site,
        kind="local",
        held_by=HeldBy.OWNED,
        protection=Protection.CLAIMED,
        snapshot=SNAPSHOT,
        tree=TREE,
        snapshot_at=at,
        read_back_at=at,
        manifest_at=at,
        verified_at=at,
    )


def site_states(at: datetime) -> tuple[SiteState, ...]:
    """One site of which nearly nothing is known, and one with everything, good and bad."""
    full = SiteState(
        site="b",
        kind="append_only_ssh",
        held_by=HeldBy.HOSTED,
        protection=Protection.NONE,
        attacked_at=at,
        attacks_succeeded=("delete", "key_remove"),
        stored_bytes=2**40,
        free_bytes=2**33,
        full_in_days=9,
        retention_held=True,
        rogue_objects=2,
        unknown_keys=1,
        packs=1000,
        packs_read_in_30_days=996,
        oldest_read_at=at - timedelta(days=31),
        seeding=True,
        looked_at=at,
        janitor_at=at - timedelta(hours=1),
        janitor_signs=("JANITOR_SILENT",),
    )
    return (SiteState("a", "local", HeldBy.OWNED, protection=Protection.NONE), full)


def findings(at: datetime, **verdicts: CheckVerdict) -> Findings:
    """Answers of checks; `__` stands for the dot in their names."""
    return Findings(
        tuple(
            Result(check.replace("__", "."), verdict, "as it must be", at)
            for check, verdict in verdicts.items()
        )
    )


class Commitment:
    """A small committed tree of files."""

    def __init__(self, at: datetime, name: str = "m-1", files: int = 40) -> None:
        self.tree = Tree([leaf_hash(f"{name}-{n}".encode()) for n in range(files)])
        self.manifest = Manifest(
            dataset=DATASET,
            manifest_id=name,
            root=self.tree.root().hex(),
            leaves=files,
            bytes=files * 10,
            unproven=0,
            tree=TREE,
            snapshot=SNAPSHOT,
            snapshot_at=at,
        )

    def answers(self) -> tuple[Answer, ...]:
        return tuple(
            Answer(
                index=index,
                leaf=self.tree.node(0, index).hex(),
                path=tuple(node.hex() for node in self.tree.inclusion_proof(index)),
                keyed=KEYED,
            )
            for index in range(self.tree.size)
        )

    def drill(self, at: datetime, order_id: str = "", nonce: str = "") -> Drill:
        """A spot drill that passed."""
        return Drill(
            drill_id=f"d-{sha256(nonce.encode()).hexdigest()[:8]}",
            drill_class="D0",
            dataset=DATASET,
            site="b",
            verdict=DrillVerdict.PASSED,
            assurance=Assurance.SELF,
            started_at=at,
            ended_at=at,
            objective_s=86_400.0,
            order_id=order_id,
            nonce=nonce,
            manifest_id=self.manifest.manifest_id,
            manifest_root=self.manifest.root,
            manifest_leaves=self.manifest.leaves,
            files=self.tree.size,
            answers=self.answers(),
        )
