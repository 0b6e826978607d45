"""Why a pack of policies is not used, in words."""

from texts.catalogue import tr
from wire.pack_reasons import PackReason
from wire.text import N_

_WORDS: dict[str, str] = {
    PackReason.WAITING: N_("waits until the owner of the host accepts it"),
    PackReason.SWITCHED_OFF: N_("this host takes no packs"),
    PackReason.DECLINED: N_("the owner of the host declined it"),
    PackReason.EXPIRED: N_("it has expired"),
    PackReason.DAMAGED: N_("the kept copy is not the one that was accepted"),
    PackReason.BAD_WORDS: N_("its files are not in order"),
    PackReason.BAD_CHECKS: N_("one of its checks breaks the agent's own rules"),
    PackReason.NOT_SIGNED: N_("the province did not sign it"),
    PackReason.OTHER_PROVINCE: N_("it is for another province"),
    PackReason.OLD_VERSION: N_("a newer version was there before"),
    PackReason.TOO_MANY: N_("there are too many packs"),
}


def pack_reason_words(reason: str) -> str:
    """An agent that is newer than we are may know another reason: then its code stands there."""
    return tr(_WORDS[reason]) if reason in _WORDS else reason
