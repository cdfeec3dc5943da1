"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

import re
from dataclasses import dataclass
from datetime import time

from bankrails_sandbox.helix.records import Status


@dataclass(frozen=True, slots=True)
class Limits:
    """Per API key. Source: docs.helix.q2.com/reference/response-format, whose samples show these numbers."""

    per_period: int = 15
    period_seconds: int = 1
    """A period begins with a whole second (of a whole multiple of this); whether the vendor's do is not documented."""

    warning_threshold_percent: int = 20
    """`throttle` is told while less than this share of the period's requests is left."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    unusable_body_code: int = 59900
    """Not JSON, a field of the wrong type, a text too long: 599xx is the range of invalid JSON, the number is ours."""

    unknown_customer_code: int = 60000
    """On create, initiate and list. 60000 and above is the range of validation; the number is ours."""

    unknown_account_read_code: int = 62402
    """get and getByTag: no error is documented for reads; update's code for an unknown id."""

    account_number_pattern: str = r"(?=.*[A-Za-z0-9])[A-Za-z0-9 \-]+"
    """The vendor's list of characters is on a page that is not public; this is common ACH practice."""

    routing_number_missing_code_on_create: int = 69203
    """Create lists 62006 as well (docs.helix.q2.com/reference/externalaccountcreate)."""

    nickname_unique_on_create: bool = False
    """Create lists no error for a taken nickname; initiate does (62602). True raises 62602 on create too."""

    trial_amounts_minor: tuple[int, ...] | None = (18, 28)
    """The vendor's sandbox always sends these (reference/externalaccountinitiate). None: drawn from 1 to 49."""

    attempts_max: int = 3
    """That attempts are limited is documented, the number is not."""

    exhausted_status: Status = Status.VERIFY_LOCKED
    """After the last wrong attempt. The reference says VerifyLocked, a comment in the 2016 SDK says Denied."""

    verification_window_days: int = 10
    """From lastVerifySentDate to lastVerifyExpiredDate. The fields are in the SDKs, the number is not."""

    amounts_in_any_order: bool = True

    unusable_amounts_use_an_attempt: bool = False
    """Missing or not positive: 62207 either way."""

    returned_trial_denies: bool = True
    """A trial deposit that the bank sends back before the account is verified; afterwards it is a sign and no more."""

    settled_days_counted: int = 90
    """For so many calendar days in the program's zone an archived account that moved money keeps its place."""

    archive_day_begins: str = "05:00"
    """In the program's zone. The count of archives is reset between midnight and 05:00: the latest moment is taken."""

    archive_limit_on_archive: bool = True
    archive_limit_on_create: bool = True
    """62004 is listed under create, while the rule is told under archive."""

    archive_wrong_status_code: int = 62506
    """62502 is as good (docs.helix.q2.com/reference/externalaccountarchive)."""

    locking_answers_id: bool = True
    """Whether lock and unlock answer `{externalAccountId}`; False: no data."""

    tag_change_refused: bool = True
    """A set tag is immutable, and yet 62403 is listed: a new value is answered with it. False: ignored."""

    names_changeable: bool = True
    """firstName, lastName and businessName by update. False: ignored."""

    numbers_change_refused: bool = False
    """accountNumber, routingNumber and type in an update: ignored, or refused with `unusable_body_code`."""

    omitted_fields_stay: bool = True
    """In an update. False: a nickname or custom field that is left out is cleared."""

    noc_applied: bool = True
    """A notification of change corrects the account by itself. False: only `nocCode` tells of it."""

    unknown_account_document_code: int = 62402
    """Of an upload; no error is documented for it."""

    archive_pending_code: int = 62505
    """62503 is told of pending transactions too (docs.helix.q2.com/reference/externalaccountarchive)."""

    unknown_transaction_code: int = 60002
    """Of get, getByTag and void; no error is documented for them, and the number is ours."""

    void_too_late_code: int = 60003
    """No error is documented for it; the number is ours."""

    void_while_pending: bool = True
    """Whether a file counts as delivered only when it settles."""

    file_minutes_past: int = 45
    """When the hourly file is made, in minutes past the hour. That transfers settle each hour is documented."""

    deposit_type_code: str = "DEP"
    withdrawal_type_code: str = "WTH"
    """Of a transfer; only the codes of returns are public, RTNDEP and RTNWTH."""

    destination_not_verified_code: int = 63610
    """63603 is told of the source alone."""

    bad_amount_code: int = 63641
    low_balance_code: int = 63650
    """Of the codes of amounts and balances only the ranges are public: 63641 to 63644, 63650 to 63655."""

    same_day_deadline: str = "13:00"
    """In the program's zone. That there is one is documented (63665), the hour is not."""

    same_day_amount_minor_max: int = 2_500_000
    """The reference says $25,000, while the network allows $1,000,000."""

    shows_account_number: bool = True
    """Whether reads carry the number in full beside the masked one."""

    omit_null_fields: bool = False
    """`data` is absent when null; whether fields within it are too is not documented."""

    def __post_init__(self) -> None:
        time.fromisoformat(self.archive_day_begins)
        time.fromisoformat(self.same_day_deadline)
        if not 0 <= self.file_minutes_past <= 59:
            raise ValueError("file_minutes_past must be 0 to 59")
        try:
            re.compile(self.account_number_pattern)
        except re.error as error:
            raise ValueError(f"account_number_pattern: {error}") from error
        if self.trial_amounts_minor is not None and len(self.trial_amounts_minor) != 2:
            raise ValueError("trial_amounts_minor must be two amounts")
        if self.exhausted_status not in (Status.VERIFY_LOCKED, Status.DENIED):
            raise ValueError("exhausted_status must be VerifyLocked or Denied")
