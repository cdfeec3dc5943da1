"""Helium's words in ours. Total: a word that is not known is kept in the reason and means that nothing is known.

Source: heliumverify.com/docs/reference/bank-verification/authenticating, and MAPPING.md.
"""

from datetime import UTC

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import (
    BankAddress,
    BankProfile,
    ChallengeKind,
    ChoiceOption,
    FoundAccount,
    FoundAccountType,
    Question,
    QuestionType,
)
from bankrails_vendor_http.vendor_text import printable

from auth_service.domain.amounts import minor_units
from auth_service.domain.bank_data import BankData, Numbers, ShownAccount, masked
from auth_service.domain.login import Challenge, Step, StepOutcome
from auth_service.vendor.helium.wire import Account, Authorization, ChallengeObject, CompleteResponse

ANSWER_FIELD = "answer"
KINDS = {"mfa_required": ChallengeKind.MFA, "2fa_required": ChallengeKind.TWO_FACTOR}
OUTCOMES = {"success": StepOutcome.SUCCEEDED, "failed": StepOutcome.FAILED, "error": StepOutcome.ERRORED}
QUESTION_TYPES = {
    "question": QuestionType.TEXT,
    "choice": QuestionType.CHOICE,
    "otp_sms": QuestionType.CODE,
    "otp_email": QuestionType.CODE,
    "otp_app": QuestionType.CODE,
}
REFUSALS = {
    "unknown_institution": (RefusalCode.UNKNOWN_INSTITUTION, "institution"),
    "institution_not_found": (RefusalCode.UNKNOWN_INSTITUTION, "institution"),
    "branch_required": (RefusalCode.INVALID, "credentials"),
}
ACCOUNT_TYPES = {
    "chequing": FoundAccountType.CHECKING,
    "savings": FoundAccountType.SAVINGS,
    "credit": FoundAccountType.CREDIT,
    "loan": FoundAccountType.LOAN,
}


def refused(complaint: str) -> Step:
    """`complaint` begins with the vendor's code."""
    code, field = REFUSALS.get(complaint.partition(" ")[0], (RefusalCode.VENDOR_REJECTED, None))
    return Step(outcome=StepOutcome.REFUSED, reason=complaint, code=code, field=field)


def step(answer: Authorization) -> Step:
    kind = KINDS.get(answer.status)
    if kind is None and answer.status == "failed" and answer.challenge is not None and answer.attempts_remaining:
        kind = _kind_of(answer.challenge)  # a wrong answer that leaves the same challenge open
    if kind is not None:
        challenge = _challenge(answer, kind)
        return Step(outcome=StepOutcome.CHALLENGED, challenge=challenge, login_ref=answer.session_id)
    outcome = OUTCOMES.get(answer.status)
    if outcome is None:
        reason = f"the vendor's word {printable(answer.status)!r} is not known"
        return Step(outcome=StepOutcome.ERRORED, reason=reason, login_ref=answer.session_id)
    return Step(outcome=outcome, reason=printable(answer.message), login_ref=answer.session_id)


def bank_data(answer: CompleteResponse) -> BankData:
    profile = BankProfile(
        name=answer.profile.name,
        addresses=tuple(BankAddress(**address.model_dump()) for address in answer.profile.addresses),
        emails=answer.profile.emails,
        phones=answer.profile.phones,
    )
    return BankData(profile, tuple(map(_account, answer.accounts)))


def _account(account: Account) -> ShownAccount:
    found = FoundAccount(
        account_ref=account.account_id,
        account_type=ACCOUNT_TYPES.get(account.type, FoundAccountType.OTHER),
        holder_name=account.holder_name,
        account_masked=masked(account.account_number),
        currency=account.currency,
        current_minor=minor_units(account.balance_current, account.currency),
        available_minor=minor_units(account.balance_available, account.currency),
    )
    if account.account_number is None:
        return ShownAccount(found)
    return ShownAccount(
        found,
        Numbers(
            account.account_number,
            institution_number=account.institution_number,
            transit_number=account.transit_number,
        ),
    )


def _challenge(answer: Authorization, kind: ChallengeKind) -> Challenge:
    told, given = printable(answer.message), answer.challenge
    made = given if isinstance(given, ChallengeObject) else ChallengeObject()
    label = printable(given) if isinstance(given, str) else told
    default = QuestionType.CODE if kind is ChallengeKind.TWO_FACTOR else QuestionType.TEXT
    question = Question(
        field=ANSWER_FIELD,
        label=label or told,
        type=QuestionType.CHOICE if made.options else QUESTION_TYPES.get(made.type, default),
        options=tuple(ChoiceOption(value=option, label=printable(option)) for option in made.options),
    )
    return Challenge(
        key=f"{kind}:{label}",
        kind=kind,
        message=told or label,
        questions=(question,),
        deadline=None if made.expires_at is None else made.expires_at.astimezone(UTC),
    )


def _kind_of(challenge: ChallengeObject | str) -> ChallengeKind:
    by_code = isinstance(challenge, ChallengeObject) and QUESTION_TYPES.get(challenge.type) is QuestionType.CODE
    return ChallengeKind.TWO_FACTOR if by_code else ChallengeKind.MFA
