"""How a transaction and its packages are written: facts, the same in every language."""

from agent.integrity.noise.packages.state import PackageChange, Transaction

_NAMED = 20


def of_package(change: PackageChange) -> str:
    """`libc6:amd64 2.36-9 → 2.36-10`; a dash stands for no version."""
    if change.old == change.new:
        return f"{change.name} {change.new}"
    return f"{change.name} {change.old or '-'} → {change.new or '-'}"


def of_transaction(transaction: Transaction) -> str:
    """Who was asked, and the packages; each file's own event names its package in any case."""
    changes = tuple(transaction.changes.values())
    words = ", ".join(map(of_package, changes[:_NAMED]))
    more = f", +{len(changes) - _NAMED}" if len(changes) > _NAMED else ""
    return f"{'apt' if transaction.by_apt else 'dpkg'}: {words}{more}"
