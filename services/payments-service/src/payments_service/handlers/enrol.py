"""Verified accounts become bank accounts at the vendor: the step from accounts-service's events to our own commands."""

from collections.abc import Callable

from bankrails_contracts.ids import derived_id
from bankrails_contracts.parts import AccountType, BankNumbers, HolderType, account_at
from bankrails_contracts.payments import RegisterBankAccount

from payments_service.domain.enrolment import Enrolled, SharedAccount

Reseal = Callable[[str], str]
"""From the number as it rests to the number sealed to ourselves, as a command carries it."""


def registration(payer: Enrolled, shared: SharedAccount, reseal: Reseal) -> RegisterBankAccount:
    """The same ids for the same pair, however often and in whatever order the facts come."""
    bank = BankNumbers(shared.institution_number, shared.transit_number, shared.routing_number)
    return RegisterBankAccount(
        merchant_id=payer.merchant_id,
        bank_account_id=derived_id("bank account", payer.payer_id, shared.external_account_id),
        payer_id=payer.payer_id,
        external_account_id=shared.external_account_id,
        account=account_at(shared.country, bank, reseal(shared.number_encrypted)),
        account_type=AccountType(shared.account_type),
        holder_type=HolderType(shared.holder_type),
        first_name=shared.first_name,
        last_name=shared.last_name,
        company_name=shared.company_name,
        make_default=True,
        mandate_id=derived_id("mandate", payer.payer_id, shared.external_account_id),
    )
