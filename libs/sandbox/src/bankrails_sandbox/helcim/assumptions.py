"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

from dataclasses import dataclass
from datetime import date, time

from bankrails_sandbox.helcim.levels import General, Processing


@dataclass(frozen=True, slots=True)
class Limits:
    """Per merchant, over all its tokens. Source: devdocs.helcim.com/docs/api-rate-limits."""

    concurrent: int = 5
    per_minute: int = 100
    per_hour: int = 3000


@dataclass(frozen=True, slots=True)
class Assumptions:
    # What a token needs

    settle_needs: Processing = Processing.POSITIVE
    ach_reads_need: Processing = Processing.AUTH
    void_needs: Processing = Processing.ADMIN
    """The guide puts "reverse" there, and describes a void as reversing."""

    cancel_needs: Processing = Processing.ADMIN
    request_new_needs: General = General.READ_WRITE
    """A GET that sends mail."""

    # Idempotency

    key_lifetime_seconds: int = 300
    """From submission. Source: devdocs.helcim.com/docs/idempotency."""

    key_in_flight_status: int = 409
    """Of a second call under a key whose first call has no answer yet."""

    failed_answer_keeps_key: bool = False
    """Whether a key whose call had its effect, and was answered 5xx, answers a repeat. Only a *successful* answer is
    documented to be returned again, so a repeat after such a failure is a second effect."""

    key_per_token: bool = False
    """Whether two tokens of a merchant have keys of their own."""

    key_compares_bytes: bool = False
    """Whether the payload under a key is compared byte by byte, instead of by what the JSON says."""

    bad_key_text: str = "Missing or invalid idempotency-key."

    # Limits

    refused_calls_count: bool = False
    """Whether a call answered 429 uses up the windows. Not documented."""

    retry_after: bool = False
    """Whether a 429 says how long to wait. Not documented."""

    too_many_requests_text: str = "Too Many Requests"

    # Customers, bank accounts and PADs

    unknown_customer_status: int = 404
    """Of reading one: the OpenAPI document declares no number."""

    duplicate_code_by_field: bool = True
    """Whether a taken `customerCode` is told as `{"errors": {"customerCode": …}}`, or as text."""

    update_customer_replaces: bool = False
    """Whether a PUT empties the fields that it leaves out."""

    account_kept_without_email: bool = False
    """Whether a bank account stays when the mail about it cannot be sent."""

    aba_check_digit: bool = True
    """Whether a routing number with a wrong check digit is refused. Not documented."""

    unknown_pad_fields_refused: bool = False
    one_active_pad: bool = True
    """Whether activating a second PAD of a bank account is refused with 400."""

    impossible_pad_kept: bool = False
    """Whether accepted 0 with status 1, which is no documented state, stands when it is written, or becomes 0 and 2."""

    revocation_cancels_pending: bool = False
    """Whether debits that wait for a PAD end with it."""

    earliest_debit_days: int = 0
    """From acceptance to `dateEarliestDebit`. A current sample shows 0; older help says 3 business days in Canada."""

    # Debits and what undoes them

    amount_minor_max: int | None = 2_500_000
    """25,000 dollars per bank payment (merchant help, 2023); None: no limit."""

    third_decimal_refused: bool = True
    """Whether an amount with part of a cent is refused, or rounded."""

    deleted_account_refused: bool = True
    partial_refunds: bool = True
    """As in the guide; older merchant help says in full only."""

    refunds_capped_together: bool = True
    """Whether all refunds of a debit together stay within it. The guide speaks of each by itself."""

    refund_of_returned: bool = False
    """Whether a debit that is rejected, contested or returned can be refunded."""

    refund_of_any_type: bool = False
    """Whether a refund can be refunded, too."""

    void_of_refund: bool = True
    """Whether a refund in the open batch can be voided."""

    in_progress_cancels: bool = False
    """Whether a row that is in progress can be cancelled like a pending one."""

    # Batches and settlement

    batch_close_time: str = "17:00"
    """In the merchant's zone (Helcim guide: ACH Payment API); the merchant help says 15:45 Mountain Time instead."""

    close_on_banking_days_only: bool = False
    """The guide says every day; whether that means weekends and holidays too is not documented."""

    opens_with_transaction: bool = True
    """Whether a new batch opens with the first transaction after a close, or at the close itself."""

    settle_empty_batch: bool = False
    """Whether an open batch without an approved row can be settled. Not documented."""

    voided_debit_in_totals: bool = False
    """Whether a voided debit stays in `amountWithdrawals`, beside its reversal in `amountReversed`."""

    undo_rows_in_totals: bool = True
    """Whether refunds and reversals raise their own totals of the batch that they are in."""

    reversals_clear: bool = False
    """Whether a REVERSE row clears with its batch. No bank ever has what it reverses."""

    clearing_banking_days: int = 3
    """From the day of the close. Merchant help: three to four business days, about seven for the first batches."""

    clearing_time: str = "09:00"
    """On that day, by the banks' clocks (Eastern Time). Not documented."""

    return_time: str = "08:30"
    """Of an answer by the payer's bank, likewise: before the opening of business. Not documented."""

    closed_days_ca: tuple[str, ...] = ()
    """Dates on which no Canadian bank works on top of the national holidays, such as Family Day: "2026-02-16"."""

    closed_days_us: tuple[str, ...] = ()

    # How things are written

    timestamps_zone: str = "America/Denver"
    """Helcim OpenAPI says Mountain Time of payment objects; taken for every object here."""

    newest_first: bool = True
    """The order of the list of transactions is not documented."""

    wrap_single_transaction: bool = True
    """`{"transaction": {…}}` as in the guide; the OpenAPI document says bare."""

    wrap_pad: bool = True
    """`{"pad": {…}}` as in the OpenAPI document; the guide prints it bare."""

    wrap_batches: bool = True
    """`{"batches": […]}` as in the guide; the OpenAPI document says bare."""

    bank_account_create_under_data: bool = False
    """The guide prints it at the top level; the OpenAPI document nests it under `data`."""

    bank_account_as_array: bool = False
    """One bank account, read or made default: an object in the guide, an array in the OpenAPI document."""

    l4l4_field: str = "bankAccountL4L4"
    """The guide's spelling; the OpenAPI document writes bankAccountL4l4."""

    no_order_id: int | None = 0
    """What `orderId` is without an order; the only sample has one."""

    batch_reference_field: bool = True
    """`batchReference` ("ach-47339") is in the OpenAPI document and not in the guide's older sample."""

    return_code_in_response_message: bool = False
    """Whether a returned row shows the bank's code. No field for it is documented."""

    def __post_init__(self) -> None:
        for time_of_day in (self.batch_close_time, self.clearing_time, self.return_time):
            time.fromisoformat(time_of_day)
        for day in (*self.closed_days_ca, *self.closed_days_us):
            date.fromisoformat(day)
        if self.clearing_banking_days < 0:
            raise ValueError("clearing_banking_days: 0 or more")
