"""The banks that can be logged in to. Numbers are those of Canada's payment system; the test bank's is nobody's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Institution:
    """`accounts_number`: under which institution number its accounts are, where it is not its own."""

    code: str
    name: str
    number: str
    needs_branch: bool = False
    accounts_number: str | None = None


# Its accounts are at another bank's number, so that a payment through the real system's formats can carry them.
TEST_BANK = Institution("helium_test", "Helium Test Bank", "999", accounts_number="003")

INSTITUTIONS = {
    bank.code: bank
    for bank in (
        Institution("bmo", "BMO", "001"),
        Institution("scotia", "Scotiabank", "002"),
        Institution("rbc", "RBC Royal Bank", "003"),
        Institution("td", "TD Canada Trust", "004"),
        Institution("national", "National Bank", "006"),
        Institution("cibc", "CIBC", "010"),
        Institution("atb", "ATB Financial", "219"),
        Institution("desjardins", "Desjardins", "815", needs_branch=True),
        TEST_BANK,
    )
}
