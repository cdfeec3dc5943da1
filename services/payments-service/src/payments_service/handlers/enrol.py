"""Verified accounts become bank accounts at the vendor: the step from accounts-service's events to our own commands."""

from collections.abc import Callable

from bankrails_contracts.ids import derived_id
from bankrails_contracts.parts import AccountType, BankNumbers, HolderType, account_at
from bankrails_contracts.payments import RegisterBankAccount

from payments_service.domain.bank_account import BankAccount
from payments_service.domain.enrolment import Enrolled, SharedAccount

Reseal = Callable[[str], str]
"""From the number as it rests to the number sealed to ourselves, as a command carries it."""


def registration(payer: Enrolled, shared: SharedAccount, reseal: Reseal) -> RegisterBankAccount:
    """The same ids for the same pair, however often and in whatever order the facts come."""
    return _command(
        payer.payer_id, payer.merchant_id, shared, reseal, (payer.payer_id, shared.external_account_id), None
    )


def correction(old: BankAccount, corrected: SharedAccount, reseal: Reseal) -> RegisterBankAccount:
    """The account of a payer anew, as a notice of change has left it: its ids follow from what it is now."""
    content = (corrected.fingerprint, *(part or "" for part in corrected.routing), corrected.account_type)
    names = (old.payer_id, corrected.external_account_id, "corrected", *content)
    return _command(old.payer_id, old.merchant_id, corrected, reseal, names, old.id)


def _command(
    payer_id: str, merchant_id: str, shared: SharedAccount, reseal: Reseal, names: tuple[str, ...], replaces: str | None
) -> RegisterBankAccount:
    bank = BankNumbers(shared.institution_number, shared.transit_number, shared.routing_number)
    return RegisterBankAccount(
        merchant_id=merchant_id,
        bank_account_id=derived_id("bank account", *names),
        payer_id=payer_id,
        external_account_id=shared.external_account_id,
        account=account_at(shared.country, bank, reseal(shared.number_encrypted)),
        account_type=AccountType(shared.account_type),
        holder_type=HolderType(shared.holder_type),
        first_name=shared.first_name,
        last_name=shared.last_name,
        company_name=shared.company_name,
        make_default=replaces is None,
        mandate_id=derived_id("mandate", *names),
        replaces=replaces,
    )
