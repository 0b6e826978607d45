"""Privacy classes: what may leave a host, declared on every field of every message.

The class stands in `msgspec.Meta(extra={"privacy": …})`, next to the field's bounds, so that a
field without a class is found by a test and a `local` one is refused by the codec.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from msgspec import Meta


class Privacy(StrEnum):
    """Who may learn a value.

    `public`: anyone who reads the evidence. `pseudonym`: HMAC with the facility's key,
    resolvable only there. `disclosed`: leaves only where the owner's configuration says so.
    `local`: never leaves; the codec refuses it.
    """

    PUBLIC = "public"
    PSEUDONYM = "pseudonym"
    DISCLOSED = "disclosed"
    LOCAL = "local"


def classified(privacy: Privacy, **bounds: Any) -> Meta:  # noqa: ANN401 - Meta's own keywords
    """The mark of a field: its class and its bounds."""
    return Meta(extra={"privacy": privacy.value}, **bounds)


_PUBLIC = Privacy.PUBLIC

# A name that people or programs choose for a thing: facility, system, site, check, playbook.
Code = Annotated[str, classified(_PUBLIC, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}\Z")]
OptionalCode = Annotated[
    str, classified(_PUBLIC, pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:-]{0,95})?\Z")
]
Sentence = Annotated[str, classified(_PUBLIC, max_length=2000)]  # no names of files or people
Digest = Annotated[str, classified(_PUBLIC, pattern=r"^[0-9a-f]{64}\Z")]  # SHA-256, hex
Base64 = Annotated[str, classified(_PUBLIC, pattern=r"^[A-Za-z0-9+/]*={0,2}\Z", max_length=100_000)]
Count = Annotated[int, classified(_PUBLIC, ge=0, le=2**53)]
Seconds = Annotated[float, classified(_PUBLIC, ge=-1e10, le=1e10)]  # 317 years
Share = Annotated[float, classified(_PUBLIC, ge=0.0, le=1.0)]
Number = Annotated[float, classified(_PUBLIC, ge=-1e15, le=1e15)]
Moment = Annotated[datetime, classified(_PUBLIC, tz=True)]  # UTC
Flag = Annotated[bool, classified(_PUBLIC)]
Pseudonym = Annotated[str, classified(Privacy.PSEUDONYM, pattern=r"^p[0-9a-f]{32}\Z")]
Disclosed = Annotated[str, classified(Privacy.DISCLOSED, max_length=4096)]
Local = Annotated[str, classified(Privacy.LOCAL)]
