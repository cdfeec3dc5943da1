"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bankrails_contracts.message import Service
from bankrails_contracts.payments import CommandParked, CommandRefused
from bankrails_helcim.connections import connect
from bankrails_helcim.merchants_file import read_merchants
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import preferred_key, seal
from bankrails_service.foundation import foundation
from bankrails_service.sealed import open_sealed

from payments_service.domain.bank_account import BankAccount, OpenedNumber
from payments_service.domain.payer import Payer
from payments_service.handlers import (
    collect_payment,
    note_settlement,
    note_shared_account,
    record_bank_account,
    record_customer,
    record_default,
    record_mandate_request,
    record_mandate_state,
    record_withdrawal,
    register_bank_account,
    register_payer,
    request_mandate,
    set_default_bank_account,
)
from payments_service.handlers.enrol import Reseal
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.register_bank_account import OpenNumber
from payments_service.settings import Settings
from payments_service.store.rechecks import before_withdrawal
from payments_service.store.repositories import BANK_ACCOUNTS, PAYERS, REPOSITORIES, SqlReads
from payments_service.vendor.calls import helcim_calls
from payments_service.vendor.helcim import Helcim

NAME = "payments-service"

NUMBER_CONTEXT = "payments/account-number"


def handlings(merchants: Merchants, open_number: OpenNumber, reseal: Reseal) -> list[Handling[Any, Any]]:
    return [
        register_payer.handling(merchants),
        register_bank_account.handling(merchants, open_number),
        set_default_bank_account.handling(merchants),
        request_mandate.handling(merchants),
        collect_payment.handling(merchants),
        note_shared_account.handling(open_number, reseal),
        *note_settlement.handlings(),
    ]


def answerings(reseal: Reseal) -> list[Answering[Any]]:
    return [
        record_customer.answering(reseal),
        record_bank_account.ANSWERING,
        record_default.ANSWERING,
        record_mandate_request.ANSWERING,
        record_mandate_state.ANSWERING,
        record_withdrawal.ANSWERING,
    ]


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(
        settings, Service.PAYMENTS, NAME, lambda clock: {collect_payment.WITHDRAW: before_withdrawal(clock)}
    ) as base:
        clock, store, vault = base.clock, base.store, base.vault
        entries = read_merchants(settings.merchants_file)
        helcim = await connect(
            base.stack, str(settings.helcim_url), entries, settings.quota, settings.helcim_share, clock
        )
        merchants = helcim.merchants

        async def load_account(bank_account_id: str) -> tuple[BankAccount, Payer]:
            def question(connection: object) -> tuple[BankAccount, Payer]:
                account = BANK_ACCOUNTS.get_many(connection, [bank_account_id])[bank_account_id]  # type: ignore[arg-type]  # a Connection by Store.read
                return account, PAYERS.get_many(connection, [account.payer_id])[account.payer_id]  # type: ignore[arg-type]  # as above

            return await store.read(question)

        def open_number(sealed: str) -> OpenedNumber | Unopened:
            number = open_sealed(base.sealing, sealed)
            if isinstance(number, Unopened):
                return number
            digits = len(number) if number.isascii() and number.isdigit() else 0
            return OpenedNumber(vault.encrypt(number, context=NUMBER_CONTEXT), number[-4:] if digits else "", digits)

        def reseal(encrypted: str) -> str:
            return seal(vault.decrypt(encrypted, context=NUMBER_CONTEXT), preferred_key(base.sealing.jwks()))

        calls = helcim_calls(
            Helcim(
                helcim.clients.__getitem__,
                clock,
                general=helcim.general.__getitem__,
                processing=helcim.processing.__getitem__,
                load_account=load_account,
                decrypt=lambda account: vault.decrypt(account.account_number_encrypted, context=NUMBER_CONTEXT),
            )
        )
        yield RunningService(
            base.parts(
                handlings=handlings(merchants, open_number, reseal),
                answerings=answerings(reseal),
                calls=calls,
                repositories=REPOSITORIES,
                refused=CommandRefused,
                parked=CommandParked,
                reads=SqlReads,
                budget_for=helcim.budgets.__getitem__,
                listens_to=(Service.ACCOUNTS, Service.SETTLEMENT),
                probe=probe,
            )
        )
