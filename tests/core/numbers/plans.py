"""Plans and digits for the tests of numbers."""

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from voipadmin.core.numbers.brazil import CARRIER_ABROAD, TABLES
from voipadmin.core.numbers.countries import plan_of
from voipadmin.core.numbers.patterns import parse_pattern
from voipadmin.core.numbers.plan import NumberingPlan
from voipadmin.core.numbers.tables import plan_of_tables

TODAY = date(2026, 12, 1)
BRAZIL = plan_of("BR", TODAY)
BRAZIL_WITH_SCM = plan_of("BR", date(2027, 3, 1))
BRAZIL_WITH_CARRIERS = plan_of_tables("BR", replace(TABLES, dial_rules=(*TABLES.dial_rules, CARRIER_ABROAD)), TODAY)
REGIONS = ["BR", "US", "CA", "GB", "DE", "PT", "IT", "RU", "AR", "JP", "CH", "KZ", "AU"]
AREAS = ["", "11", "21", "34", "48", "55", "98"]

areas = st.sampled_from(AREAS)
garbage = st.text(alphabet="0123456789+#*abc-. ", max_size=20)


@st.composite
def digits_of_rules(draw: st.DrawFn, plan: NumberingPlan) -> str:
    """Draw digits that some rule of the plan matches, now and then behind a prefix, or one digit short."""
    part = draw(st.sampled_from([part for part in plan.contexts if part.rules]))
    pattern = parse_pattern(draw(st.sampled_from(part.rules)).pattern)
    digits = "".join(draw(st.sampled_from(sorted(allowed))) for allowed in pattern.positions)
    if pattern.tail:
        digits += draw(st.text(alphabet="0123456789", max_size=12))
    before = draw(st.sampled_from(["", "", "", "0", "00", "+", "0021", "021", "90", "9090", f"+{plan.country_code}"]))
    return before + digits[: len(digits) - draw(st.sampled_from([0, 0, 0, 0, 1]))]


def dialled_in(plan: NumberingPlan) -> st.SearchStrategy[str]:
    """Return what people may dial in a country: numbers in all their forms, random digits and garbage."""
    return st.one_of(digits_of_rules(plan), st.text(alphabet="0123456789", max_size=18), garbage)
