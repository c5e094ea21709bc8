"""The forms of a number for which a node gave no normal form."""

import pytest

from billing.rating.called_numbers import called_forms
from routing.numbers import normalise_dialled


@pytest.mark.parametrize(
    ("dialled", "normal"),
    [
        ("11987654321", "5511987654321"),
        ("011987654321", "5511987654321"),
        ("02111987654321", "5511987654321"),
        ("5532111987654321", "5511987654321"),
        ("+5511987654321", "5511987654321"),
        ("0013055551234", "13055551234"),
        ("00351912345678", "351912345678"),
        ("08001234567", "558001234567"),
    ],
)
def test_the_best_form_is_the_dialplans_own(dialled: str, normal: str) -> None:
    assert called_forms(dialled, "BR")[0] == normal == normalise_dialled(dialled, "BR")


def test_a_number_abroad_that_is_none_is_not_taken_for_one_at_home() -> None:
    assert called_forms("001305551234", "BR") == ("001305551234",)
