"""Packs of policies as `status` and `doctor` show them: in force, waiting, or not used."""

from collections.abc import Iterator, Sequence

from agent.daemon.status.items import Item
from agent.daemon.work.policy_pack import PackStanding
from texts.pack_words import pack_reason_words
from wire.pack_reasons import PackReason
from wire.text import N_
from wire.verdicts import CheckVerdict

# The owner's own word is nothing to mend; what waits for him is not decided yet.
_VERDICTS = {
    "": CheckVerdict.PASS,
    PackReason.SWITCHED_OFF: CheckVerdict.NOT_APPLICABLE,
    PackReason.DECLINED: CheckVerdict.NOT_APPLICABLE,
    PackReason.WAITING: CheckVerdict.UNKNOWN,
}


def pack_items(standings: Sequence[PackStanding]) -> Iterator[Item]:
    for each in standings:
        verdict = _VERDICTS.get(each.reason, CheckVerdict.FAIL)
        version = each.in_force.signed.version if each.in_force else "-"
        parameters: dict[str, object] = {
            "pack": each.id,
            "version": version,
            "newest": each.newest_version,
            "reason": pack_reason_words(each.reason),
        }
        message = N_("Pack {pack}: version {version} is in force.")
        if each.reason:
            message = N_("Pack {pack}: version {version} in force, newest {newest}: {reason}.")
        remedy = N_("Look with `lachan-agent policy show {pack}`.")
        if each.reason == PackReason.WAITING:
            remedy = N_(
                "Look with `lachan-agent policy show {pack}`, then decide: "
                "`lachan-agent policy accept {pack} {newest}` or `policy refuse {pack} {newest}`."
            )
        yield Item(f"policy.{each.id}", verdict, message, parameters, remedy)
