"""Every merchant's connection to the vendor: a client of its own, its tokens, and its share of the quota."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bankrails_clock.port import Clock
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client

from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_helcim.merchant import Merchant
from bankrails_helcim.merchants_file import MerchantEntry

READ_TIMEOUT_SECONDS = 20.0
SPARE_CONNECTIONS = 5
"""Above what the budget lets fly, so that a call never waits for a connection that is being closed."""


@dataclass(frozen=True)
class HelcimConnections:
    """By merchant id, `budgets` by the budget's name. A merchant that is slow, or spends its quota, holds up itself."""

    merchants: Mapping[str, Merchant]
    clients: Mapping[str, HelcimClient]
    general: Mapping[str, MerchantAccess]
    """Customers, bank accounts, mandates."""
    processing: Mapping[str, MerchantAccess]
    """Debits, and reading them and their batches."""
    budgets: Mapping[str, Budget]


async def connect(
    stack: AsyncExitStack, url: str, entries: Mapping[str, MerchantEntry], quota: Quota, share: float, clock: Clock
) -> HelcimConnections:
    """`share` of each merchant's `quota` is this service's. The clients close with `stack`; no token reaches a log."""
    for entry in entries.values():
        redact_value(entry.tokens.general.get_secret_value())
        redact_value(entry.tokens.withdraw.get_secret_value())
    budgets = {helcim_budget(name): Budget(quota.share(share), clock) for name in entries}

    def answered(merchant_id: str, minute: int | None, hour: int | None) -> None:
        budgets[helcim_budget(merchant_id)].answered(minute, hour)

    clients = {}
    for name in entries:
        http = open_client(
            url, read_timeout_seconds=READ_TIMEOUT_SECONDS, connections_max=quota.in_flight + SPARE_CONNECTIONS
        )
        clients[name] = HelcimClient(await stack.enter_async_context(http), on_quota=answered)
    return HelcimConnections(
        merchants={name: entry.merchant for name, entry in entries.items()},
        clients=clients,
        general={n: MerchantAccess(n, entry.tokens.general.get_secret_value()) for n, entry in entries.items()},
        processing={n: MerchantAccess(n, entry.tokens.withdraw.get_secret_value()) for n, entry in entries.items()},
        budgets=budgets,
    )
