"""Every field says who may learn it, and what is local never gets out."""

from typing import Annotated

import pytest
from msgspec import Struct

from wire import (
    acts,
    codec,
    decision_acts,
    header,
    http,
    integrity_messages,
    log_entry,
    messages,
    orders,
    pack,
    recovery_messages,
    request,
    token,
)
from wire.classification import unclassified_fields
from wire.errors import PrivacyError
from wire.privacy import Code, Local

MODULES = (
    acts,
    decision_acts,
    header,
    http,
    integrity_messages,
    log_entry,
    messages,
    orders,
    pack,
    recovery_messages,
    request,
    token,
)


def sent_types() -> list[type[Struct]]:
    return [
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Struct)
        and value is not Struct
        and value.__module__ == module.__name__
    ]


@pytest.mark.parametrize("struct", sent_types(), ids=lambda struct: struct.__name__)
def test_every_field_has_a_privacy_class(struct: type[Struct]) -> None:
    assert unclassified_fields(struct) == []


def test_a_field_without_a_class_is_found_however_deep_it_lies() -> None:
    class Inner(Struct):
        forgotten: str
        good: Code

    class Outer(Struct):
        inner: tuple[Inner, ...]
        table: dict[str, Code]
        half: Code | int
        number: Annotated[int, "no class"]

    assert unclassified_fields(Outer) == [
        "Outer.table",
        "Outer.half",
        "Outer.number",
        "Inner.forgotten",
    ]


class _Note(Struct, frozen=True):
    code: Code
    path: Local = ""


class _Holder(Struct, frozen=True):
    notes: tuple[_Note, ...]
    named: dict[Code, _Note] = {}


@pytest.mark.parametrize(
    "message",
    [
        _Note("c", "/srv/patients"),
        _Holder((_Note("c"), _Note("c", "/srv/patients"))),
        _Holder((), {"c": _Note("c", "/srv/patients")}),
    ],
)
def test_a_local_field_that_holds_something_is_refused(message: Struct) -> None:
    with pytest.raises(PrivacyError) as caught:
        codec.encode(message)
    assert "/srv/patients" not in str(caught.value)


def test_an_empty_local_field_does_not_disturb() -> None:
    assert codec.decode_as(_Holder, codec.encode(_Holder((_Note("c"),)))) == _Holder((_Note("c"),))
