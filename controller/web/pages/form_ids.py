"""Each form carries an id of its own: sent again, it changes nothing."""

import re

from controller.errors import WrongValueError
from controller.fleet.province import Province
from controller.web.forms import Form
from wire.text import N_

_ID = re.compile(r"[0-9a-f]{20}\Z")


def new_form(province: Province) -> str:
    return province.entropy(10).hex()


def id_of_form(prefix: str, form: Form) -> str:
    """The id of what the form makes.

    Raises:
        WrongValueError: the form was not made here.
    """
    given = form.get("form")
    if not _ID.match(given):
        raise WrongValueError(
            what=N_("form"), value=given[:40] or "-", expected=N_("a form of this page")
        )
    return f"{prefix}-{given}"
