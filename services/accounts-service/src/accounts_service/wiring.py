"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from bankrails_contracts.accounts import CommandParked, CommandRefused
from bankrails_contracts.message import Service
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.store import Store
from bankrails_service.foundation import foundation
from bankrails_service.peers import PeerKeys
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client
from sqlalchemy import Connection

from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers import (
    apply_notification_of_change,
    approve_over_limit,
    archive_external_account,
    at_limit,
    bank_data_fetched,
    correcting,
    follow_helix,
    initiate_external_account,
    link_external_account,
    lock_external_account,
    note_notification_of_change,
    note_payments,
    record_approved_account,
    record_change,
    record_opening,
    record_program,
    record_shared_number,
    record_trial_verification,
    unlock_external_account,
    update_external_account,
    verify_trial_deposits,
)
from accounts_service.handlers.rules import HELIX_BUDGET, PAYMENTS_BUDGET, Rules
from accounts_service.metrics import AccountGauges, GaugeReader
from accounts_service.settings import Settings
from accounts_service.store.repositories import EXTERNAL_ACCOUNTS, REPOSITORIES, SqlReads
from accounts_service.vendor.change_calls import ArchiveAtHelix, LockAtHelix, UnlockAtHelix, UpdateAtHelix
from accounts_service.vendor.client import HelixClient
from accounts_service.vendor.helix import LoadAccount
from accounts_service.vendor.look_calls import CountAtHelix, FindApproved, LookAtHelix, ReadProgram
from accounts_service.vendor.opening_calls import CreateAtHelix, InitiateAtHelix
from accounts_service.vendor.share_calls import Seal, ShareAccount, ShareCorrection
from accounts_service.vendor.verify_call import VerifyAtHelix

NAME = "accounts-service"

READ_TIMEOUT_SECONDS = 10.0
HELIX = Quota(in_flight=15, per_minute=900, per_hour=54_000, per_second=15)
"""15 a second per key (docs.helix.q2.com/reference/response-format); it counts nothing else."""
PEER = Quota(in_flight=10, per_minute=6_000, per_hour=360_000)
"""Keys are kept for minutes, so hardly any of these is a call."""
HELIX_CALLS = (
    CreateAtHelix,
    InitiateAtHelix,
    VerifyAtHelix,
    UpdateAtHelix,
    LockAtHelix,
    UnlockAtHelix,
    ArchiveAtHelix,
    LookAtHelix,
    CountAtHelix,
    FindApproved,
    ReadProgram,
)


def handlings(rules: Rules, numbers: AccountNumbers) -> list[Handling[Any, Any]]:
    return [
        link_external_account.handling(rules, numbers.open),
        initiate_external_account.handling(rules, numbers.open),
        verify_trial_deposits.handling_of(rules),
        update_external_account.handling_of(rules, numbers.spelled_out),
        lock_external_account.handling_of(rules, numbers.spelled_out),
        unlock_external_account.handling_of(rules),
        archive_external_account.handling_of(rules),
        approve_over_limit.handling_of(rules, numbers.spelled_out),
        apply_notification_of_change.handling(rules, numbers.corrected),
        note_notification_of_change.handling(rules, numbers.corrected),
        bank_data_fetched.handling(numbers.open),
        *note_payments.HANDLINGS,
    ]


def answerings(rules: Rules, numbers: AccountNumbers) -> list[Answering[Any]]:
    return [
        *record_opening.answerings(rules),
        record_trial_verification.answering(rules),
        *record_change.answerings(rules),
        at_limit.answering(rules),
        record_approved_account.answering(rules, numbers.fingerprint),
        follow_helix.answering(rules),
        record_program.answering(rules),
        record_shared_number.ANSWERING,
        correcting.ANSWERING,
    ]


def helix_calls(helix: HelixClient, load_account: LoadAccount, numbers: AccountNumbers) -> list[VendorCall]:
    return [call(helix, load_account, numbers) for call in HELIX_CALLS]


def share_calls(load_account: LoadAccount, numbers: AccountNumbers, seal: Seal) -> list[VendorCall]:
    return [ShareAccount(load_account, numbers, seal), ShareCorrection(load_account, numbers, seal)]


def loader(store: Store) -> LoadAccount:
    async def load_account(external_account_id: str) -> ExternalAccount:
        def question(connection: Connection) -> ExternalAccount:
            return EXTERNAL_ACCOUNTS.get_many(connection, [external_account_id])[external_account_id]

        return await store.read(question)

    return load_account


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(settings, Service.ACCOUNTS, NAME) as base:
        secret = settings.helix_api_secret.get_secret_value()
        redact_value(secret)
        numbers, rules, load_account = AccountNumbers(base.sealing, base.vault), settings.rules(), loader(base.store)
        http = open_client(str(settings.helix_url), read_timeout_seconds=READ_TIMEOUT_SECONDS)
        helix = HelixClient(
            await base.stack.enter_async_context(http), api_key=settings.helix_api_key, api_secret=secret
        )
        budgets = {HELIX_BUDGET: Budget(HELIX.share(settings.helix_share), base.clock)}
        calls = helix_calls(helix, load_account, numbers)
        if settings.payments_jwks_url is not None:
            url = str(settings.payments_jwks_url)
            peer = open_client(url, read_timeout_seconds=READ_TIMEOUT_SECONDS)
            keys = PeerKeys(url, await base.stack.enter_async_context(peer))
            calls += share_calls(load_account, numbers, keys.seal)
            budgets[PAYMENTS_BUDGET] = Budget(PEER, base.clock)
        parts = base.parts(
            handlings=handlings(rules, numbers),
            answerings=answerings(rules, numbers),
            calls=calls,
            repositories=REPOSITORIES,
            refused=CommandRefused,
            parked=CommandParked,
            reads=SqlReads,
            budget_for=budgets.__getitem__,
            listens_to=(Service.AUTH, Service.PAYMENTS, Service.SETTLEMENT),
            standing=(record_program.STANDING,),
            probe=probe,
        )
        gauges = GaugeReader(AccountGauges(parts.registry), base.store, base.clock)
        yield RunningService(replace(parts, background=[gauges.run]))
