"""Brazil's numbering plan, over what libphonenumber knows of it.

Sources: Anatel, Regulamento de Numeração dos Serviços de Telecomunicações (Resolução 749/2022) and RGST (Resolução
777/2025); its list of emergency and public utility services; Acórdão 202/2025 for the date of the numbers of SCM.
"""

from datetime import date

from django.utils.translation import gettext_noop as _

from voipadmin.core.numbers.number import NumberKind
from voipadmin.core.numbers.tables import CodeRange, DialRule, NumberRange, PlanTables, ReadAs, Renumbering

REGION = "BR"
# The valid area codes, as beginnings of patterns.
AREAS = ("[14689]Z", "2[12478]", "3[1-578]", "5[13-5]", "7[13-579]")
SCM_BEGINS = date(2027, 3, 1)

DIAL_RULES = (
    DialRule("_+X.", ReadAs.INTERNATIONAL, 1, name=_("International, with a plus")),
    DialRule("_00X.", ReadAs.INTERNATIONAL, 2, name=_("International")),
    DialRule("_0ZZXXXXXXXX", ReadAs.NATIONAL, 1, name=_("National, eight digits")),
    DialRule("_0ZZXXXXXXXXX", ReadAs.NATIONAL, 1, name=_("National, nine digits")),
    DialRule("_0ZZZZXXXXXXXX", ReadAs.NATIONAL, 3, name=_("National by a carrier, eight digits")),
    DialRule("_0ZZZZXXXXXXXXX", ReadAs.NATIONAL, 3, name=_("National by a carrier, nine digits")),
    # RN1 says who serves a ported number: 55, three digits, then the number with its area.
    DialRule("_55XXXZZXXXXXXXX", ReadAs.NATIONAL, 5, name=_("Ported number behind RN1, eight digits")),
    DialRule("_55XXXZZXXXXXXXXX", ReadAs.NATIONAL, 5, name=_("Ported number behind RN1, nine digits")),
    DialRule("_[2-9]XXXXXXX", ReadAs.LOCAL, name=_("Local, eight digits")),
    DialRule("_[69]XXXXXXXX", ReadAs.LOCAL, name=_("Local, nine digits")),
)
# 00 41 351… is Switzerland where no carrier is selected, and Portugal by the carrier 41 where one is: never both.
CARRIER_ABROAD = DialRule("_00ZZX.", ReadAs.CARRIER_ABROAD, 4, name=_("International by a carrier"))


def _codes(kind: NumberKind, *rows: tuple[str, str]) -> tuple[CodeRange, ...]:
    return tuple(CodeRange(pattern, kind, name=name) for pattern, name in rows)


EMERGENCY = _codes(
    NumberKind.EMERGENCY,
    ("100", _("Human rights")),
    ("112", _("Emergency, from mobiles")),
    ("128", _("Emergency services of Mercosur")),
    ("136", _("Health line")),
    ("180", _("Women in need")),
    ("181", _("Crime reports")),
    ("185", _("Rescue at sea")),
    ("188", _("Life support (CVV)")),
    ("190", _("Military police")),
    ("191", _("Federal highway police")),
    ("192", _("Ambulance (SAMU)")),
    ("193", _("Fire brigade")),
    ("194", _("Federal police")),
    ("197", _("Civil police")),
    ("198", _("State highway police")),
    ("199", _("Civil defence")),
    ("911", _("Emergency, from mobiles")),
)
SERVICES = _codes(
    NumberKind.SERVICE,
    ("_1XX", _("Public utility service")),
    ("_133[12]", _("Anatel")),
    ("1746", _("City of Rio de Janeiro")),
    ("_103XX", _("Fixed carrier's own service")),
    ("_105X", _("Mobile carrier's own service")),
    ("_105XX", _("Mobile carrier's own service")),
    ("_106X", _("Television and broadband provider's own service")),
    ("_106XX", _("Television and broadband provider's own service")),
)
TOLL_FREE = _codes(NumberKind.TOLL_FREE, ("_0800XXXXXX", _("Toll-free, six digits")), ("_0800XXXXXXX", _("Toll-free")))
# Of the numbers 300X and 400X only these are services of the whole country; others are local numbers somewhere.
SHARED_COST = _codes(
    NumberKind.SHARED_COST,
    ("_300[34]XXXX", _("One number for the whole country")),
    ("_400[34]XXXX", _("One number for the whole country")),
    ("_4020XXXX", _("One number for the whole country")),
    ("_0300XXXXXXX", _("Shared cost")),
    ("_0303XXXXXXX", _("Telemarketing")),
    ("_0304XXXXXXX", _("Debt collection")),
)
PREMIUM = _codes(NumberKind.PREMIUM, ("_0500XXXXXXX", _("Donations")), ("_0900XXXXXXX", _("Value-added service")))
# 90 and the number of the same area, 90 carrier area number, 90 area number. The called party pays.
COLLECT = tuple(
    CodeRange(pattern, NumberKind.COLLECT, is_barred=True, name=name)
    for pattern, name in (
        ("_9090XXXXXXXX", _("Collect, local, eight digits")),
        ("_9090XXXXXXXXX", _("Collect, local, nine digits")),
        ("_90ZZXXXXXXXX", _("Collect, eight digits")),
        ("_90ZZXXXXXXXXX", _("Collect, nine digits")),
        ("_90ZZZZXXXXXXXX", _("Collect by a carrier, eight digits")),
        ("_90ZZZZXXXXXXXXX", _("Collect by a carrier, nine digits")),
    )
)

TABLES = PlanTables(
    dial_rules=DIAL_RULES,
    codes=(*EMERGENCY, *SERVICES, *TOLL_FREE, *SHARED_COST, *PREMIUM, *COLLECT),
    ranges=tuple(
        NumberRange(
            f"_{area}6XXXXXXXX", NumberKind.MULTIMEDIA, valid_from=SCM_BEGINS, name=_("Broadband providers (SCM)")
        )
        for area in AREAS
    ),
    # Mobiles had eight digits; those of trunking (70, 77, 78, 79) never got the ninth.
    renumberings=tuple(
        Renumbering(f"_{area}{first}", keep=2, insert="9")
        for area in AREAS
        for first in ("[689]XXXXXXX", "7[1-6]XXXXXX")
    ),
    # Metadata calls 800 123 4567 and 4004 1234 numbers of Brazil. They have no area, and nobody abroad can call them.
    codes_only=frozenset({NumberKind.TOLL_FREE, NumberKind.SHARED_COST, NumberKind.PREMIUM}),
    trunk_prefix="0",
    international_prefix="00",
)
