"""MX's words in ours. Total: a word that is not known means that nothing is known.

Source: github.com/mxenabled/openapi and connect-widget; MAPPING.md has it row by row.
"""

from collections.abc import Iterable, Mapping, Sequence

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

from auth_service.domain import login
from auth_service.domain.amounts import minor_units
from auth_service.domain.bank_data import BankData, Numbers, ShownAccount, masked
from auth_service.domain.login import Step, StepOutcome
from auth_service.domain.vendors import PASSWORD, USERNAME
from auth_service.ports import Typed
from auth_service.vendor.mx.statuses import STATUSES
from auth_service.vendor.mx.wire import Account, AccountNumber, AccountOwner, Challenge, Credential, MemberStatus

OUR_FIELDS = {"LOGIN": USERNAME, "PASSWORD": PASSWORD}
IMAGE_CHARACTERS_MAX = 40_000
"""An event has room for 64 KiB in all."""
ACCOUNT_TYPES = {
    "CHECKING": FoundAccountType.CHECKING,
    "SAVINGS": FoundAccountType.SAVINGS,
    "CREDIT_CARD": FoundAccountType.CREDIT,
    "LINE_OF_CREDIT": FoundAccountType.CREDIT,
    "CHECKING_LINE_OF_CREDIT": FoundAccountType.CREDIT,
    "LOAN": FoundAccountType.LOAN,
    "MORTGAGE": FoundAccountType.LOAN,
}


def step(status: MemberStatus) -> Step:
    word = status.connection_status or "null"
    outcome, reason = STATUSES.get(word, (StepOutcome.ERRORED, f"the member's status {printable(word)!r} is not known"))
    if outcome is StepOutcome.CHALLENGED:
        challenge = _challenge(status.challenges or ())
        if challenge is None:
            return Step(outcome=StepOutcome.IN_PROGRESS)
        return Step(outcome=outcome, challenge=challenge)
    if status.is_being_aggregated:
        return Step(outcome=StepOutcome.IN_PROGRESS)
    return Step(outcome=outcome, reason=reason)


def credentials(form: Sequence[Credential], typed: Typed) -> list[dict[str, str]] | None:
    """The institution's form filled in, or None when it asks for something else than was typed."""
    by_field = {_our_field(asked): asked.guid for asked in form}
    if by_field.keys() != typed.keys():
        return None
    return [{"guid": guid, "value": typed[name]} for name, guid in by_field.items()]


def fields_of(form: Iterable[Credential]) -> list[str]:
    return [_our_field(asked) for asked in form]


def bank_data(
    accounts: Sequence[Account], numbers: Mapping[str, AccountNumber], owners: Sequence[AccountOwner]
) -> BankData:
    """`numbers` by account guid. A closed account is not shown."""
    holder: dict[str, str] = {}
    for owner in owners:
        if owner.owner_name:
            holder.setdefault(owner.account_guid, owner.owner_name)
    shown = [_account(each, numbers.get(each.guid), holder.get(each.guid)) for each in accounts if not each.is_closed]
    return BankData(_profile(owners), tuple(shown))


def _our_field(asked: Credential) -> str:
    for word in (asked.type, asked.field_type, asked.field_name):
        if word.upper() in OUR_FIELDS:
            return OUR_FIELDS[word.upper()]
    return asked.field_name or asked.guid


def _challenge(asked: Sequence[Challenge]) -> login.Challenge | None:
    if not asked:
        return None
    return login.Challenge(
        key=" ".join(sorted(each.guid for each in asked)),
        kind=ChallengeKind.TWO_FACTOR if any(each.type == "TOKEN" for each in asked) else ChallengeKind.MFA,
        message="; ".join(printable(each.label) for each in asked if each.label),
        questions=tuple(map(_question, asked)),
    )


def _question(asked: Challenge) -> Question:
    options = asked.options or asked.image_options or ()
    image = None if asked.image_data is None else _data_uri(asked.image_data)
    if options:
        kind = QuestionType.CHOICE
    elif asked.type == "TOKEN":
        kind = QuestionType.CODE
    else:
        kind = QuestionType.TEXT if image is None else QuestionType.IMAGE
    return Question(
        field=asked.guid,
        label=printable(asked.label),
        type=kind,
        options=tuple(
            ChoiceOption(value=each.value or each.label, label=printable(each.label or each.value)) for each in options
        ),
        image_data=image,
    )


def _data_uri(image: str) -> str | None:
    uri = image if image.startswith("data:image") else f"data:image/png;base64,{image}"
    return uri if len(uri) <= IMAGE_CHARACTERS_MAX else None


def _account(account: Account, number: AccountNumber | None, holder_name: str | None) -> ShownAccount:
    full = None if number is None else number.account_number
    shown = full or account.account_number
    found = FoundAccount(
        account_ref=account.guid,
        account_type=ACCOUNT_TYPES.get(account.type, FoundAccountType.OTHER),
        name=account.name,
        holder_name=holder_name,
        account_masked=masked(shown),
        currency=account.currency_code,
        current_minor=minor_units(account.balance, account.currency_code),
        available_minor=minor_units(account.available_balance, account.currency_code),
    )
    if number is None or full is None:
        return ShownAccount(found)
    return ShownAccount(found, Numbers(full, routing_number=number.routing_number))


def _profile(owners: Sequence[AccountOwner]) -> BankProfile:
    """Each fact once, in the order in which accounts show it; the name is that of the first owner."""
    addresses = [
        BankAddress(
            line1=owner.address,
            city=owner.city,
            province=owner.state,
            postal_code=owner.postal_code,
            country=owner.country,
        )
        for owner in owners
        if owner.address or owner.postal_code
    ]
    return BankProfile(
        name=next((owner.owner_name for owner in owners if owner.owner_name), None),
        addresses=tuple(address for number, address in enumerate(addresses) if address not in addresses[:number]),
        emails=tuple(dict.fromkeys(owner.email for owner in owners if owner.email)),
        phones=tuple(dict.fromkeys(owner.phone for owner in owners if owner.phone)),
    )
