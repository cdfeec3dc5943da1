"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from bankrails_clock.port import Clock
from bankrails_contracts.message import Service
from bankrails_contracts.payments import CommandParked, CommandRefused
from bankrails_helcim.rights import MissingRight
from bankrails_helcim.side import open_side
from bankrails_helcim.tokens import TokenName
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.holds import Holds
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Recheck
from bankrails_messaging.unopened import Unopened
from bankrails_sealing import preferred_key, seal
from bankrails_service.foundation import foundation
from bankrails_service.sealed import open_sealed

from payments_service import unknowns_page
from payments_service.domain.bank_account import BankAccount, OpenedNumber
from payments_service.domain.payer import Payer
from payments_service.handlers import (
    money,
    pause_merchant,
    payers_and_accounts,
    record_token_probe,
    resume_merchant,
)
from payments_service.handlers.enrol import Reseal
from payments_service.handlers.look_at_mandates import LOOK_AT_MANDATES
from payments_service.handlers.merchants import Merchants
from payments_service.handlers.record_mandate_look import Alarm, unheard
from payments_service.handlers.refunding import REFUND
from payments_service.handlers.register_bank_account import OpenNumber
from payments_service.handlers.undoing import CANCEL, VOID
from payments_service.handlers.withdrawal_work import WITHDRAW
from payments_service.metrics import InconsistentMandates
from payments_service.settings import Settings
from payments_service.store.look_rechecks import before_look
from payments_service.store.pauses import follow, hold_paused, paused_merchants, shown_pauses, unless_paused
from payments_service.store.rechecks import before_undoing, before_withdrawal
from payments_service.store.repositories import BANK_ACCOUNTS, PAYERS, REPOSITORIES, SqlReads
from payments_service.store.tables import DENIED_RIGHT
from payments_service.vendor.calls import helcim_calls
from payments_service.vendor.helcim import Helcim

NAME = "payments-service"

NUMBER_CONTEXT = "payments/account-number"


def handlings(
    merchants: Merchants,
    open_number: OpenNumber,
    reseal: Reseal,
    missing: MissingRight,
    now: Callable[[], datetime],
) -> list[Handling[Any, Any]]:
    return [
        *payers_and_accounts.handlings(merchants, open_number, reseal, missing),
        *money.handlings(merchants, now, missing),
        pause_merchant.handling(merchants),
        resume_merchant.handling(merchants),
    ]


def answerings(reseal: Reseal, missing: MissingRight, alarm: Alarm = unheard) -> list[Answering[Any]]:
    return [
        *payers_and_accounts.answerings(reseal, alarm),
        *money.answerings(missing),
        record_token_probe.ANSWERING,
    ]


def rechecks(clock: Clock) -> dict[str, Recheck]:
    """By kind of call. A person's pause is asked about first, by what moves money."""
    return {
        **unless_paused({WITHDRAW: before_withdrawal(clock), REFUND: before_undoing}),
        **dict.fromkeys((VOID, CANCEL), before_undoing),
        LOOK_AT_MANDATES: before_look(clock),
    }


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(
        settings,
        Service.PAYMENTS,
        NAME,
        rechecks,
    ) as base:
        clock, store, vault = base.clock, base.store, base.vault
        holds = Holds()
        hold_paused(holds, await store.read(paused_merchants))
        side = await open_side(
            base.stack,
            url=str(settings.helcim_url),
            file=settings.merchants_file,
            quota=settings.quota,
            share=settings.helcim_share,
            used=tuple(TokenName),
            holds=holds,
            store=store,
            denied=DENIED_RIGHT,
            clock=clock,
        )
        helcim = side.connections
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
            return OpenedNumber(
                vault.encrypt(number, context=NUMBER_CONTEXT),
                number[-4:] if digits else "",
                digits,
                vault.fingerprint(number, context=NUMBER_CONTEXT),
            )

        def reseal(encrypted: str) -> str:
            return seal(vault.decrypt(encrypted, context=NUMBER_CONTEXT), preferred_key(base.sealing.jwks()))

        calls = helcim_calls(
            Helcim(
                helcim.clients.__getitem__,
                clock,
                general=helcim.general.__getitem__,
                processing=helcim.processing.__getitem__,
                refunding=helcim.refunding.__getitem__,
                load_account=load_account,
                decrypt=lambda account: vault.decrypt(account.account_number_encrypted, context=NUMBER_CONTEXT),
            )
        )
        inconsistent = InconsistentMandates()
        parts = base.parts(
            handlings=handlings(merchants, open_number, reseal, side.rights.missing, clock.now),
            answerings=answerings(reseal, side.rights.missing, inconsistent),
            calls=[*calls, side.probe],
            repositories=REPOSITORIES,
            refused=CommandRefused,
            parked=CommandParked,
            reads=SqlReads,
            budget_for=helcim.budgets.__getitem__,
            listens_to=(Service.ACCOUNTS, Service.SETTLEMENT),
            standing=side.standing,
            probe=probe,
        )
        parts.registry.register(inconsistent.counter)
        yield RunningService(
            replace(
                parts,
                holds=holds,
                saved=follow(holds),
                background=side.background(parts.registry),
                routes=[*side.routes(lambda: store.read(shown_pauses)), *unknowns_page.routes(store, clock)],
            )
        )
