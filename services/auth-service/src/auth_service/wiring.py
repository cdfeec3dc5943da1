"""The only file that names concrete classes: settings in, a service out."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from bankrails_contracts.auth import CommandParked, CommandRefused
from bankrails_contracts.message import Service
from bankrails_messaging.decisions import Answering, Handling
from bankrails_messaging.service import RunningService
from bankrails_messaging.stops import Probe, unwatched
from bankrails_messaging.unopened import Unopened
from bankrails_service.foundation import Foundation, foundation
from bankrails_service.peers import PeerKeys
from bankrails_service.sealed import open_sealed
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client

from auth_service.domain.vendors import BY_COUNTRY, HELIUM, MX
from auth_service.handlers import (
    answer_challenge,
    fetch_bank_data,
    record_bank_data,
    record_challenge_expiry,
    record_login_step,
    start_authentication,
)
from auth_service.handlers.login_steps import TIMERS
from auth_service.handlers.sealed_fields import OpenSealed
from auth_service.ports import BankLogin
from auth_service.settings import Settings
from auth_service.store.rechecks import rechecks
from auth_service.store.repositories import REPOSITORIES, SqlReads
from auth_service.vendor.calls import Logins, SealToAccounts, login_calls
from auth_service.vendor.helium import login as helium
from auth_service.vendor.mx import client as mx
from auth_service.vendor.mx.login import MxLogin

NAME = "auth-service"
HELIUM_IN_FLIGHT = 30
"""A bank may take a minute, so many calls fly at once; the vendor limits the minute alone."""
MX_QUOTA = Quota(in_flight=100, per_minute=6_000, per_hour=360_000)
"""The vendor publishes no rate, only 2000 connections at once."""
TIMER_QUOTA = Quota(in_flight=1_000, per_minute=10_000_000, per_hour=100_000_000)
SPARE_CONNECTIONS = 5
"""Above what the budget lets fly, so that a call never waits for a connection that is being closed."""
PEER_TIMEOUT_SECONDS = 5.0
CHALLENGE_CONTEXT = "connection.challenge_key"


def handlings(opened: OpenSealed, countries: Collection[str]) -> list[Handling[Any, Any]]:
    return [
        start_authentication.handling(opened, countries),
        answer_challenge.handling(opened),
        fetch_bank_data.HANDLING,
    ]


ANSWERINGS: list[Answering[Any]] = [
    *record_login_step.ANSWERINGS,
    record_challenge_expiry.ANSWERING,
    *record_bank_data.ANSWERINGS,
]


@asynccontextmanager
async def service(settings: Settings, probe: Probe = unwatched) -> AsyncIterator[RunningService]:
    """Everything built and opened. Raises the errors of its parts, each one readable line."""
    async with foundation(settings, Service.AUTH, NAME, rechecks) as base:

        def opened(jwe: str) -> str | Unopened:
            return open_sealed(base.sealing, jwe)

        logins = await _logins(settings, base, opened)
        helium_quota = Quota(HELIUM_IN_FLIGHT, settings.helium_per_minute, settings.helium_per_minute * 60)
        budgets = {
            HELIUM.budget: Budget(helium_quota, base.clock),
            MX.budget: Budget(MX_QUOTA, base.clock),
            TIMERS: Budget(TIMER_QUOTA, base.clock),
        }
        countries = frozenset(country for country, traits in BY_COUNTRY.items() if traits.vendor in logins)
        yield RunningService(
            base.parts(
                handlings=handlings(opened, countries),
                answerings=ANSWERINGS,
                calls=login_calls(logins),
                repositories=REPOSITORIES,
                refused=CommandRefused,
                parked=CommandParked,
                reads=SqlReads,
                budget_for=budgets.__getitem__,
                probe=probe,
            )
        )


async def _logins(settings: Settings, base: Foundation, opened: OpenSealed) -> dict[str, Logins]:
    """By vendor, those that are configured."""

    def fingerprint(text: str) -> str:
        return base.vault.fingerprint(text, context=CHALLENGE_CONTEXT)

    seal: SealToAccounts | None = None
    if settings.accounts_jwks_url is not None:
        peer = open_client("", read_timeout_seconds=PEER_TIMEOUT_SECONDS)
        seal = PeerKeys(str(settings.accounts_jwks_url), await base.stack.enter_async_context(peer)).seal
    vendors: dict[str, BankLogin] = {}
    if settings.helium_url is not None and settings.helium_api_key is not None:
        key = settings.helium_api_key.get_secret_value()
        redact_value(key)
        http = open_client(
            str(settings.helium_url),
            read_timeout_seconds=helium.READ_TIMEOUT_SECONDS,
            connections_max=HELIUM_IN_FLIGHT + SPARE_CONNECTIONS,
        )
        vendors[HELIUM.vendor] = helium.HeliumLogin(
            await base.stack.enter_async_context(http),
            key,
            key_header=settings.helium_key_header,
            key_scheme=settings.helium_key_scheme,
        )
    if settings.mx_url is not None and settings.mx_api_key is not None and settings.mx_client_id is not None:
        key = settings.mx_api_key.get_secret_value()
        redact_value(key)
        http = open_client(
            str(settings.mx_url),
            read_timeout_seconds=mx.READ_TIMEOUT_SECONDS,
            connections_max=MX_QUOTA.in_flight + SPARE_CONNECTIONS,
        )
        client = mx.MxClient(await base.stack.enter_async_context(http), settings.mx_client_id, key)
        vendors[MX.vendor] = MxLogin(client)
    return {name: Logins(vendor, base.clock, opened, fingerprint, seal) for name, vendor in vendors.items()}
