"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

from dataclasses import dataclass
from datetime import date, time


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

    wrap_batches: bool = True
    """`{"batches": […]}` as in the guide; the OpenAPI document says bare."""

    batch_reference_field: bool = True
    """`batchReference` ("ach-47339") is in the OpenAPI document and not in the guide's older sample."""

    settle_empty_batch: bool = False
    """Whether an open batch without an approved row can be settled. Not documented."""

    close_on_banking_days_only: bool = False
    """The guide says every day; whether that means weekends and holidays too is not documented."""

    clearing_banking_days: int = 3
    """From the day of the close. Merchant help: three to four business days, about seven for the first batches."""

    clearing_time: str = "09:00"
    """On that day, by the banks' clocks (Eastern Time). Not documented."""

    return_time: str = "08:30"
    """Of an answer by the payer's bank, likewise: before the opening of business. Not documented."""

    closed_days_ca: tuple[str, ...] = ()
    """Dates on which no Canadian bank works on top of the national holidays, such as Family Day: "2026-02-16"."""

    closed_days_us: tuple[str, ...] = ()

    return_code_in_response_message: bool = False
    """Whether a returned row shows the bank's code. No field for it is documented."""

    def __post_init__(self) -> None:
        for time_of_day in (self.batch_close_time, self.clearing_time, self.return_time):
            time.fromisoformat(time_of_day)
        for day in (*self.closed_days_ca, *self.closed_days_us):
            date.fromisoformat(day)
        if self.clearing_banking_days < 0:
            raise ValueError("clearing_banking_days: 0 or more")
