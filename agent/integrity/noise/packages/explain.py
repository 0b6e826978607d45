"""Sorts the changes that a package transaction explains, or may explain once it is over. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from agent.integrity.noise.context import Context
from agent.integrity.noise.packages.judge import Answer, Judge, Judged
from agent.integrity.noise.packages.makers import Maker, maker_of
from agent.integrity.noise.packages.state import Packages
from agent.integrity.noise.packages.words import of_package, of_transaction
from agent.integrity.noise.sorting import Claim, Sorting, may_wait
from agent.integrity.seen import Seen

PACKAGE, SCRIPT = "package", "package_script"
PATIENCE = timedelta(minutes=15)  # with a transaction that does not end
AGAIN = timedelta(seconds=1)  # dpkg tells nobody that it has finished
_LOOKED_AT = timedelta(seconds=3)
_SETTLED = timedelta(seconds=2)  # after its last change, the event of a transaction is told
_SYSTEM = (b"/usr/", b"/etc/", b"/bin/", b"/sbin/", b"/lib", b"/opt/", b"/boot/", b"/var/")


def explain_packages(seens: Sequence[Seen], context: Context) -> Sorting:
    """Sort the changes; those of a transaction that still runs, or was just over, wait."""
    judge = Judge(seens, context)
    words = {id(one): of_transaction(one) for one in context.packages.transactions}
    sorting = Sorting()
    busy = is_busy(context)
    for seen in seens:
        if busy and must_wait(seen, context):
            sorting.wait([seen], context.now + AGAIN)
        else:
            judged = judge.judge(seen)
            if judged.answer is Answer.UNREAD:
                sorting.ask(judge.sums.take_questions(), [seen], context.now)
            elif judged.answer is Answer.NO:
                sorting.rest.append(seen)
            else:
                sorting.claims.append(_claim(seen, judged, words))
    return _settled(sorting, context)


def concerns(seen: Seen, packages: Packages) -> bool:
    """Whether a transaction can have to do with it at all."""
    maker = maker_of((seen.who, *seen.others))
    if maker is Maker.UNKNOWN:
        local = seen.change.path.removeprefix(packages.root)
        return local.startswith(_SYSTEM) or seen.change.path in packages.owned
    return maker is not Maker.FOREIGN


def is_busy(context: Context) -> bool:
    """Whether dpkg is at work, or what it did last is still looked at."""
    just_over = any(
        timedelta(0) <= context.now - one.ended_at < _LOOKED_AT
        for one in context.packages.transactions
    )
    return bool(context.packages.running) or just_over


def must_wait(seen: Seen, context: Context) -> bool:
    """Whether this may be dpkg's work: while it is busy nobody can say."""
    return may_wait(seen, context.now, PATIENCE) and concerns(seen, context.packages)


def _claim(seen: Seen, judged: Judged, words: Mapping[int, str]) -> Claim:
    transaction = judged.transaction
    assert transaction is not None  # noqa: S101 - for the type checker
    code = PACKAGE if judged.answer is Answer.PACKAGE else SCRIPT
    whole = words[id(transaction)]
    change = transaction.changes.get(judged.package)
    own = of_package(change) if change else whole
    return Claim(seen, code, (transaction.began_at,), own, whole)


def _settled(sorting: Sorting, context: Context) -> Sorting:
    """One event for a whole transaction: not before all of it was seen and read."""
    unsure = bool(sorting.waiting)
    patience = PATIENCE if unsure else _SETTLED
    busy = {claim.group for claim in sorting.claims if may_wait(claim.seen, context.now, patience)}
    early = [claim.seen for claim in sorting.claims if claim.group in busy]
    sorting.claims = [claim for claim in sorting.claims if claim.group not in busy]
    sorting.wait(early, context.now + _SETTLED)
    return sorting
