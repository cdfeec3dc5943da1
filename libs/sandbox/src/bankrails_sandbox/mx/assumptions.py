"""Where the vendor's public text is silent or contradicts itself. Each choice can be switched in the configuration."""

from dataclasses import dataclass

from bankrails_sandbox.mx.vocabulary import ConnectionStatus


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
