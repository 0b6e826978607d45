"""A page that an inspector reads and keeps: what was checked, what is wrong, what is missing."""

from collections.abc import Iterable, Iterator

from texts.catalogue import tr
from texts.codes import word
from texts.moments import show_count, show_moment
from verify.faults import Finding
from verify.verdict import PackReport
from wire.keys import fingerprint
from wire.text import N_
from wire.verdicts import PackVerdict

_MEANINGS = {
    PackVerdict.VERIFIED: N_(
        "Nothing in it was changed, left out or added since it was logged, and it comes from "
        "the controller that the anchor names."
    ),
    PackVerdict.FAULTS: N_("Do not rely on this pack. The faults are listed below."),
    PackVerdict.ORIGIN_NOT_PROVED: N_(
        "It is whole and agrees with itself, but anyone could have made it: compare the log "
        "key below with the one on paper, or give that one with --anchor."
    ),
}


def page(report: PackReport) -> str:
    """The whole page; the evidence says what agents reported, not that they were right."""
    return "\n".join(_lines(report))


def _lines(report: PackReport) -> Iterator[str]:
    yield f"{report.verdict.value}: {word(report.verdict)}"
    yield tr(_MEANINGS[report.verdict])
    yield ""
    yield from _facts(report)
    yield from _section(tr(N_("Faults")), report.findings.faults)
    if report.findings.omitted:
        yield tr(N_("  … and {count} more faults."), count=show_count(report.findings.omitted))
    yield from _section(tr(N_("What to know")), report.findings.remarks)
    yield ""
    yield tr(N_("An agent's statement is evidence, not an independent assessment of the facility."))


def _facts(report: PackReport) -> Iterator[str]:
    statement, point, checked = report.statement, report.checkpoint, report.checked
    founded = report.foundation
    if founded is not None:
        yield tr(N_("Province:   {name} ({code})"), name=founded.name, code=founded.province)
    if statement is not None:
        yield tr(N_("Facility:   {code}"), code=statement.facility)
        yield tr(N_("Made:       {at}"), at=show_moment(statement.made_at))
    if point is not None:
        extent = {"at": show_moment(point.at), "size": show_count(point.size)}
        yield tr(N_("Log up to:  {at} ({size} entries)"), **extent)
    period = {"first": show_moment(report.first_at), "last": show_moment(report.last_at)}
    yield tr(N_("Evidence:   from {first} to {last}"), **period)
    yield tr(
        N_("Checked:    {envelopes} signatures, {chains} chains, {proofs} proofs, {scores} scores"),
        envelopes=show_count(checked.envelopes),
        chains=show_count(checked.chains),
        proofs=show_count(checked.proofs),
        scores=show_count(checked.scores),
    )
    if founded is not None:
        yield tr(N_("Log key:    {digits}"), digits=fingerprint(founded.log_key))
    given = report.anchor.shown if report.anchor else tr(N_("none given"))
    yield tr(N_("Anchor:     {given}"), given=given)


def _section(title: str, findings: Iterable[Finding]) -> Iterator[str]:
    lines = [f"  {finding.where}: {finding.sentence()}" for finding in findings]
    if lines:
        yield from ("", f"{title} ({len(lines)})", *lines)
