"""How the answers of the level questionnaire are said."""

from enum import StrEnum

from compliance.level_answers import Area, Counting, Harm, Information, Purpose, Works
from wire.text import N_

CHOICES: dict[str, type[StrEnum]] = {
    "purpose": Purpose,
    "information": Information,
    "harm": Harm,
    "counting": Counting,
    "area": Area,
    "works": Works,
}
NUMBERS = frozenset({"basic_subjects", "sensitive_subjects"})

WORDS: dict[StrEnum, str] = {
    Purpose.INTERNAL: N_("work inside the facility: HIS, EMR, LIS, PACS, file server"),
    Purpose.PUBLIC_SITE: N_("a public website"),
    Purpose.ONLINE_SERVICE: N_("an online service: portal, app, remote consultation"),
    Purpose.INFRASTRUCTURE: N_("infrastructure that other systems run on"),
    Purpose.INDUSTRIAL: N_("control of machines and works"),
    Information.PUBLIC: N_("public information only"),
    Information.PRIVATE: N_("private information of an organisation"),
    Information.PERSONAL: N_("personal information, such as patients' records"),
    Information.STATE_SECRET: N_("state secrets"),
    Harm.NONE: N_("not at all"),
    Harm.CERTAIN: N_("to a certain degree"),
    Harm.SERIOUS: N_("seriously"),
    Harm.ESPECIALLY_SERIOUS: N_("especially seriously"),
    Counting.UNIQUE_STORED: N_("every person stored, once, all tenants together"),
    Counting.PER_YEAR: N_("the people of one year"),
    Counting.CURRENT: N_("the people who are registered now"),
    Area.ORGANISATION: N_("one organisation"),
    Area.PROVINCE: N_("a ministry, a sector, or one or more provinces"),
    Area.NATION: N_("the whole country"),
    Area.ABROAD: N_("the country's links to other countries"),
    Works.LOWER: N_("lower than class IV"),
    Works.CLASS_2_TO_4: N_("class II to IV"),
    Works.CLASS_1: N_("class I"),
    Works.SPECIAL: N_("special class"),
}
