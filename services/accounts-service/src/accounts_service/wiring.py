"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bankrails_contracts.accounts import CommandParked, CommandRefused
from bankrails_contracts.message import Service
from bankrails_messaging.calls import VendorCall
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_service.foundation import foundation
from bankrails_service.peers import PeerKeys
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client
from sqlalchemy import Connection

from accounts_service.account_numbers import AccountNumbers
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.handlers import (
    bank_data_fetched,
    link_external_account,
    payment_cleared,
    record_helix_account,
    record_shared_number,
)
from accounts_service.handlers.link_external_account import HELIX_BUDGET, Rules
from accounts_service.handlers.verified import PAYMENTS_BUDGET
from accounts_service.settings import Settings
from accounts_service.store.repositories import EXTERNAL_ACCOUNTS, REPOSITORIES, SqlReads
from accounts_service.vendor.calls import CreateAtHelix, ShareAccount
from accounts_service.vendor.client import HelixClient

NAME = "accounts-service"

READ_TIMEOUT_SECONDS = 10.0
HELIX = Quota(in_flight=15, per_minute=900, per_hour=54_000, per_second=15)
"""15 a second per key (docs.helix.q2.com/reference/response-format); it counts nothing else."""
PEER = Quota(in_flight=10, per_minute=6_000, per_hour=360_000)
"""Keys are kept for minutes, so hardly any of these is a call."""


def handlings(rules: Rules, numbers: AccountNumbers) -> list[Handling[Any, Any]]:
    return [
        link_external_account.handling(rules, numbers.open),
        bank_data_fetched.handling(numbers.open),
        payment_cleared.HANDLING,
    ]


def answerings(rules: Rules) -> list[Answering[Any]]:
    return [record_helix_account.answering(rules), record_shared_number.ANSWERING]


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(settings, Service.ACCOUNTS, NAME) as base:
        secret = settings.helix_api_secret.get_secret_value()
        redact_value(secret)
        numbers = AccountNumbers(base.sealing, base.vault)
        rules = Rules(sandbox_routing_number=settings.sandbox_routing_number, share=bool(settings.payments_jwks_url))

        async def load_account(external_account_id: str) -> ExternalAccount:
            def question(connection: Connection) -> ExternalAccount:
                return EXTERNAL_ACCOUNTS.get_many(connection, [external_account_id])[external_account_id]

            return await base.store.read(question)

        http = open_client(str(settings.helix_url), read_timeout_seconds=READ_TIMEOUT_SECONDS)
        helix = HelixClient(
            await base.stack.enter_async_context(http), api_key=settings.helix_api_key, api_secret=secret
        )
        budgets = {HELIX_BUDGET: Budget(HELIX.share(settings.helix_share), base.clock)}
        calls: list[VendorCall] = [CreateAtHelix(helix, load_account, numbers.decrypt)]
        if settings.payments_jwks_url is not None:
            url = str(settings.payments_jwks_url)
            peer = open_client(url, read_timeout_seconds=READ_TIMEOUT_SECONDS)
            keys = PeerKeys(url, await base.stack.enter_async_context(peer))
            calls.append(ShareAccount(load_account, numbers.decrypt, keys.seal))
            budgets[PAYMENTS_BUDGET] = Budget(PEER, base.clock)
        yield RunningService(
            base.parts(
                handlings=handlings(rules, numbers),
                answerings=answerings(rules),
                calls=calls,
                repositories=REPOSITORIES,
                refused=CommandRefused,
                parked=CommandParked,
                reads=SqlReads,
                budget_for=budgets.__getitem__,
                listens_to=(Service.AUTH, Service.SETTLEMENT),
                probe=probe,
            )
        )
