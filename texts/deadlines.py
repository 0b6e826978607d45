"""A deadline as a person reads it: what is due, and in how many days."""

from datetime import datetime

from compliance.transition import Deadline
from texts.catalogue import tr
from wire.text import N_


def show_deadline(deadline: Deadline, now: datetime) -> str:
    left = deadline.days_left(now)
    says = tr(deadline.says)
    if left is None:
        return tr(N_("{what}: due now"), what=says)
    if left < 0:
        return tr(N_("{what}: {n} days late"), what=says, n=-left)
    return tr(
        N_("{what}: {n} days left, until {day}"),
        what=says,
        n=left,
        day=f"{deadline.last_day:%d/%m/%Y}",
    )
