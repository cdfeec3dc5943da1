"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Limits:
    """Per merchant, over all its tokens. Source: devdocs.helcim.com/docs/api-rate-limits."""

    concurrent: int = 5
    per_minute: int = 100
    per_hour: int = 3000


@dataclass(frozen=True, slots=True)
class Assumptions:
    key_lifetime_seconds: int = 300
    """From submission. Source: devdocs.helcim.com/docs/idempotency."""

    refused_calls_count: bool = False
    """Whether a call answered 429 uses up the windows. Not documented."""

    batch_close_time: str = "17:00"
    """In the merchant's zone (Helcim guide: ACH Payment API); the merchant help says 15:45 Mountain Time instead."""

    timestamps_zone: str = "America/Denver"
    """Helcim OpenAPI says Mountain Time of payment objects; taken for every object here."""

    wrap_single_transaction: bool = True
    """`{"transaction": {…}}` as in the guide; the OpenAPI document says bare."""

    wrap_pad: bool = True
    """`{"pad": {…}}` as in the OpenAPI document; the guide prints it bare."""

    bank_account_create_under_data: bool = False
    """The guide prints it at the top level; the OpenAPI document nests it under `data`."""

    bank_account_as_array: bool = False
    """One bank account, read or made default: an object in the guide, an array in the OpenAPI document."""

    l4l4_field: str = "bankAccountL4L4"
    """The guide's spelling; the OpenAPI document writes bankAccountL4l4."""

    aba_check_digit: bool = True
    """Whether a routing number with a wrong check digit is refused. Not documented."""

    amount_minor_max: int | None = 2_500_000
    """25,000 dollars per bank payment (merchant help, 2023); None: no limit."""

    earliest_debit_days: int = 0
    """From acceptance to `dateEarliestDebit`. A current sample shows 0; older help says 3 business days in Canada."""

    one_active_pad: bool = True
    """Whether activating a second PAD of a bank account is refused with 400."""

    def __post_init__(self) -> None:
        time.fromisoformat(self.batch_close_time)
