"""One facility's entries: each names the one before, so none can be left out, added or moved."""

from dataclasses import dataclass, field

from verify.faults import FaultCode, Findings
from wire.chain import digest
from wire.log_entry import FIRST_PREVIOUS_LEAF, leaf
from wire.pack import EntryLine


@dataclass(slots=True)
class Subchain:
    """The entries of one facility ("" = the province), in the order of the log."""

    facility: str
    sequence: int = 0
    previous: str = FIRST_PREVIOUS_LEAF
    indexes: list[int] = field(default_factory=list)
    leaves: dict[int, str] = field(default_factory=dict)  # log index -> leaf hash

    def take(self, where: str, line: EntryLine, findings: Findings) -> None:
        """Put an entry behind the others, and say where it does not fit."""
        entry = line.entry
        if entry.facility != self.facility:
            found = entry.facility or "-"
            findings.fault(where, FaultCode.WRONG_PLACE, expected=self.facility or "-", found=found)
        behind = line.index > self.indexes[-1] if self.indexes else True
        linked = entry.facility_previous == self.previous
        if entry.facility_sequence != self.sequence + 1 or not linked or not behind:
            findings.fault(
                where,
                FaultCode.ENTRY_MISSING,
                expected=self.sequence + 1,
                found=entry.facility_sequence,
            )
        if digest(line.envelope.encode()) != entry.envelope_digest:
            findings.fault(where, FaultCode.ENTRY_CHANGED)
        self.sequence = entry.facility_sequence
        self.previous = leaf(entry).hex()
        self.indexes.append(line.index)
        self.leaves[line.index] = self.previous
