"""Institution and transit in either order, and never as numbers."""

import pytest
from bankrails_rails.canadian_routing import CanadianRouting, canadian_routing
from bankrails_rails.routing_numbers import routing_number_is_valid


@pytest.mark.parametrize(
    ("text", "institution", "transit"),
    [
        ("12345-003", "003", "12345"),
        ("000312345", "003", "12345"),
        ("00001-001", "001", "00001"),
        ("000100001", "001", "00001"),
        ("081599999", "815", "99999"),
    ],
)
def test_both_forms_are_read(text: str, institution: str, transit: str) -> None:
    assert canadian_routing(text) == CanadianRouting(institution, transit)


@pytest.mark.parametrize(
    "text", ["12345003", "0012345003", "112345003", "1234-003", "12345-03", "", "٠٠٠٣١٢٣٤٥", "00031234x"]
)
def test_what_is_neither_form_is_refused(text: str) -> None:
    """Eight digits are a cheque's without its dash or an EFT number without its zero: the wrong guess is another bank."""
    assert canadian_routing(text) is None


@pytest.mark.parametrize("text", ["12345-003", "000312345"])
def test_each_form_can_be_written_again(text: str) -> None:
    routing = canadian_routing(text)
    assert routing is not None
    assert (routing.cheque, routing.eft) == ("12345-003", "000312345")


def test_the_check_digit_does_not_tell_the_country() -> None:
    """An EFT number looks like an American one, and about one in ten passes its sum."""
    passing = sum(routing_number_is_valid(CanadianRouting("003", f"{n:05d}").eft) for n in range(1_000))
    assert passing == 100
