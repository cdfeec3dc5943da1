"""Which vendor logs people in where, and how the vendors differ. Data: nothing else asks which vendor it is."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bankrails_contracts.auth import BankVendor

USERNAME, PASSWORD, BRANCH = "username", "password", "branch"


class Call(StrEnum):
    """What is asked of every vendor."""

    START = "start_login"
    ANSWER = "answer_challenge"
    READ = "read_login"
    FETCH = "fetch_bank_data"


@dataclass(frozen=True)
class VendorTraits:
    vendor: BankVendor
    fields_required: frozenset[str]
    fields_allowed: frozenset[str] | None
    """None: each institution has its own, which only the vendor knows."""
    challenge_life: timedelta
    """How long a challenge stands where the vendor does not say."""
    read_every: timedelta
    """How often a login that goes on is asked after."""

    def kind(self, call: Call) -> str:
        """The work kind; a metric label too."""
        return f"{self.vendor}_{call}"

    @property
    def budget(self) -> str:
        return str(self.vendor)


HELIUM = VendorTraits(
    BankVendor.HELIUM,
    fields_required=frozenset({USERNAME, PASSWORD}),
    fields_allowed=frozenset({USERNAME, PASSWORD, BRANCH}),
    challenge_life=timedelta(minutes=5),
    read_every=timedelta(seconds=15),
)
MX = VendorTraits(
    BankVendor.MX,
    fields_required=frozenset(),
    fields_allowed=None,
    challenge_life=timedelta(minutes=5),
    read_every=timedelta(seconds=3),
)
"""Three seconds is the vendor's own rule: status reads at least that far apart (docs.mx.com, read member status)."""

BY_COUNTRY = {"CA": HELIUM, "US": MX}
BY_VENDOR = {traits.vendor: traits for traits in BY_COUNTRY.values()}
