"""Words and colours for what people vouch for, ask and decide."""

from controller.store.queries_decisions import Standing
from texts.catalogue import tr
from wire.text import N_
from wire.verdicts import ExceptionKind, NotApplicableReason

STANDINGS = {
    Standing.WAITING: N_("waits for a decision"),
    Standing.NOT_YET: N_("not valid yet"),
    Standing.IN_FORCE: N_("in force"),
    Standing.REFUSED: N_("refused"),
    Standing.ENDED: N_("ended early"),
    Standing.EXPIRED: N_("expired"),
}

KINDS = {
    ExceptionKind.WAIVER: N_("Waiver for a time"),
    ExceptionKind.NOT_APPLICABLE: N_("Declared not to apply"),
}

REASONS = {
    NotApplicableReason.NO_DHCP_SERVER: N_("There is no DHCP server."),
    NotApplicableReason.NO_WIRELESS: N_("There is no wireless network."),
    NotApplicableReason.NO_WEB_APPLICATION: N_("There is no web application."),
    NotApplicableReason.NO_MAIL_SERVER: N_("There is no mail server."),
    NotApplicableReason.NO_MOBILE_DEVICES: N_("There are no mobile devices."),
    NotApplicableReason.NO_OUTSIDE_ACCESS: N_("Nobody has access from outside."),
    NotApplicableReason.NO_DEVELOPMENT: N_("No software is developed here."),
    NotApplicableReason.NO_CLOUD: N_("No cloud service is used."),
    NotApplicableReason.NO_SUPPLIER: N_("No supplier has a part in it."),
    NotApplicableReason.NO_PORTABLE_MEDIA: N_("No portable media are used."),
    NotApplicableReason.OTHER: N_("Another reason, which the text says."),
}

COLOURS = {
    Standing.WAITING: "unknown",
    Standing.NOT_YET: "quiet",
    Standing.IN_FORCE: "good",
    Standing.REFUSED: "bad",
    Standing.ENDED: "quiet",
    Standing.EXPIRED: "bad",
}


def standing_word(standing: Standing) -> str:
    return tr(STANDINGS[standing])


def standing_colour(standing: Standing) -> str:
    return COLOURS[standing]


def exception_word(kind: str) -> str:
    return tr(KINDS[ExceptionKind(kind)])


def not_applicable_sentence(reason: str) -> str:
    return tr(REASONS[NotApplicableReason(reason)])
