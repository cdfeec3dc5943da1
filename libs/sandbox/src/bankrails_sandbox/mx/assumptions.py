"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

import re
from dataclasses import dataclass

from bankrails_sandbox.mx.vocabulary import ConnectionStatus, MicrodepositStatus


@dataclass(frozen=True, slots=True)
class Assumptions:
    accept_version_required: bool = False
    """Whether the older `Accept: application/vnd.mx.api.v1+json` alone is not enough (announced for August 2026)."""

    authenticate_seconds: float = 2.0
    """From the start of a job, or an answer to a challenge, to what the bank says. Virtual time, as the next two."""

    import_seconds: float = 1.0
    """From there to the accounts."""

    finish_seconds: float = 1.0
    """From there to the end of the job."""

    challenge_lifetime_seconds: float = 300.0
    """An unanswered challenge expires; after how long is not documented."""

    challenge_every_job: bool = False
    """Whether the bank asks again in later jobs of a member that has answered rightly once."""

    wrong_answer: ConnectionStatus = ConnectionStatus.REJECTED
    """An older trace shows DENIED."""

    other_users_denied: bool = True
    """Whether the test banks know nobody but `mxuser`, `test_atrium` and the logins that the control API made."""

    duplicates_by_login: bool = True
    """Whether a second member of one user with the same institution and login is a 409 at once."""

    duplicate_user_id_refused: bool = True
    """Whether a user with an `id` that is taken is a 409."""

    denials_until_prevented: int = 3
    """In a row, after which no job is started with the credentials (the three are documented)."""

    members_per_user: int = 25
    """More are a 405 (rule of the older Atrium API)."""

    aggregation_interval_seconds: int = 10_800
    """Within it an aggregation starts nothing; MX Bank is exempt (documented)."""

    verify_status: int = 200
    """Both specifications say 200 while texts speak of 202."""

    member_error: str = "object"
    """How a member shows its error: `object`, empty when there is none; `text`, that object as JSON text; `absent`."""

    micro_deposits_enabled: bool = True
    """A feature that is not enabled for a client is a 403 (documented)."""

    deposits_requested_seconds: float = 5.0
    """From INITIATED to REQUESTED, or to the provider's no. Virtual time, as the next."""

    deposits_sent_seconds: float = 120.0
    """From REQUESTED to DEPOSITED: two minutes in the vendor's sandbox, 12 to 36 hours in production (documented)."""

    deposits_kept_days: int = 21
    """INITIATED, REQUESTED and DEPOSITED are deleted after so long (documented); counted from the creation."""

    deposit_attempts_max: int = 3
    """Wrong amounts until PREVENTED (documented)."""

    deposit_verified_per_email_max: int = 3
    """Of one e-mail address; the next micro-deposit is REJECTED at once. The number is documented, the status is not."""

    deposit_conflicts_across_users: bool = True
    """Whether another user's micro-deposit of the same account is a CONFLICTED too; False: one's own alone."""

    deposit_good_number_prefix: str = "3333"
    """Account numbers that begin so get their deposits (docs.mx.com, microdeposits, API testing)."""

    deposit_other_numbers_end: MicrodepositStatus = MicrodepositStatus.ERRORED
    """What becomes of any other account number."""

    deposit_bad_routing_numbers: tuple[str, ...] = ("222222226", "021000021")
    """Bad although well-formed (docs.mx.com, microdeposits, API testing)."""

    deposit_bad_routing_number_refused: bool = True
    """As a 400 and no record. False: a record that is REJECTED."""

    deposit_refusal_status: int = 400
    """Of a micro-deposit that fails validation: 400 or 422."""

    deposit_verify_too_early_status: int = 405
    """Of a verify while neither DEPOSITED nor DENIED."""

    deposit_name_pattern: str = r"[^\W_](?:[^\W_]|[ .'\-])*"
    """First and last names have no special characters; which these are is not documented."""

    deposit_number_pattern: str = "[0-9]+"
    """Account numbers have 1 to 17 characters; which these may be is not documented."""

    deposit_amounts_in_any_order: bool = True
    """Of the amounts that fail for good, 0.04 and 0.01."""

    page_size: int = 25
    page_size_min: int = 10
    """Below it the minimum is used; above the maximum the default is (documented)."""

    def __post_init__(self) -> None:
        if self.member_error not in ("object", "text", "absent"):
            raise ValueError("member_error must be object, text or absent")
        if self.verify_status not in (200, 202):
            raise ValueError("verify_status must be 200 or 202")
        if min(self.authenticate_seconds, self.import_seconds, self.finish_seconds) < 0:
            raise ValueError("a job takes no negative time")
        if min(self.deposits_requested_seconds, self.deposits_sent_seconds) < 0:
            raise ValueError("a micro-deposit takes no negative time")
        if self.deposit_refusal_status not in (400, 422):
            raise ValueError("deposit_refusal_status must be 400 or 422")
        for pattern in (self.deposit_name_pattern, self.deposit_number_pattern):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern} is no pattern: {error}") from error
