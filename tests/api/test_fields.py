"""What is sent is taken as it is: a number is no text, and no number is true."""

import pytest
from rest_framework.serializers import ValidationError

from api.fields import Number, YesOrNo


@pytest.mark.parametrize("value", [True, False])
def test_yes_and_no(value: bool) -> None:
    assert YesOrNo().run_validation(value) is value


@pytest.mark.parametrize("value", [0, 1, "true", "yes", "", [], {}, 1.0, None])
def test_nothing_else_is_yes_or_no(value: object) -> None:
    with pytest.raises(ValidationError):
        YesOrNo().run_validation(value)


@pytest.mark.parametrize(("value", "taken"), [(0, 0), (-7, -7), (21500, 21500), (3.0, 3)])
def test_numbers(value: float, taken: int) -> None:
    assert Number().run_validation(value) == taken


@pytest.mark.parametrize("value", ["21", True, False, 2.5, float("inf"), float("nan"), [1], {}, None, ""])
def test_nothing_else_is_a_number(value: object) -> None:
    with pytest.raises(ValidationError):
        Number().run_validation(value)
