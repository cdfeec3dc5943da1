"""Every merchant's connection to the vendor: a client of its own, its tokens, and its share of the quota."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog
from bankrails_clock.port import Clock
from bankrails_telemetry.redaction import redact_value
from bankrails_vendor_http.budget import Budget, Quota
from bankrails_vendor_http.client import open_client

from bankrails_helcim.budgets import helcim_budget
from bankrails_helcim.calls import OnAccessRefused
from bankrails_helcim.client import HelcimClient, MerchantAccess
from bankrails_helcim.merchant import Merchant
from bankrails_helcim.merchants_file import MerchantEntry
from bankrails_helcim.tokens import MerchantTokens, TokenName

READ_TIMEOUT_SECONDS = 20.0
SPARE_CONNECTIONS = 5
"""Above what the budget lets fly, so that a call never waits for a connection that is being closed."""

log = structlog.get_logger()


@dataclass(frozen=True)
class HelcimConnections:
    """By merchant id, `budgets` by the budget's name. A merchant that is slow, or spends its quota, holds up itself.

    The accesses change under whoever holds these mappings when the tokens are rotated: ask for one at each call.
    """

    merchants: Mapping[str, Merchant]
    clients: Mapping[str, HelcimClient]
    general: dict[str, MerchantAccess]
    """Customers, bank accounts, mandates."""
    processing: dict[str, MerchantAccess]
    """Debits, and reading them and their batches."""
    refunding: dict[str, MerchantAccess]
    """Refunds, voids, cancellations."""
    tokens: dict[str, MerchantTokens]
    budgets: Mapping[str, Budget]

    def rotate(self, entries: Mapping[str, MerchantEntry]) -> list[str]:
        """Use these tokens and rights from now on; the merchants whose tokens or rights are new.

        Whatever else differs needs a restart: budgets, rules and open work stand on who the merchants are.
        """
        changed = []
        for merchant_id, merchant in self.merchants.items():
            entry = entries.get(merchant_id)
            if entry is None or entry.merchant != merchant:
                log.error("merchants.restart_needed", merchant_id=merchant_id, gone=entry is None)
            if entry is not None and entry.held != self.tokens[merchant_id]:
                self.take(merchant_id, entry.held)
                changed.append(merchant_id)
        for merchant_id in entries.keys() - self.merchants.keys():
            log.error("merchants.restart_needed", merchant_id=merchant_id, new=True)
        return changed

    def take(self, merchant_id: str, held: MerchantTokens) -> None:
        for token in held.values():
            redact_value(token.value)
        self.tokens[merchant_id] = held
        self.general[merchant_id] = MerchantAccess(merchant_id, held[TokenName.GENERAL].value)
        self.processing[merchant_id] = MerchantAccess(merchant_id, held[TokenName.WITHDRAW].value)
        self.refunding[merchant_id] = MerchantAccess(merchant_id, held[TokenName.REFUND].value)


async def connect(
    stack: AsyncExitStack,
    url: str,
    entries: Mapping[str, MerchantEntry],
    quota: Quota,
    share: float,
    clock: Clock,
    tokens: dict[str, MerchantTokens] | None = None,
    on_access_refused: OnAccessRefused | None = None,
) -> HelcimConnections:
    """`share` of each merchant's `quota` is this service's. The clients close with `stack`; no token reaches a log.

    `tokens` is filled, and kept up to date.
    """
    budgets = {helcim_budget(name): Budget(quota.share(share), clock) for name in entries}

    def answered(merchant_id: str, minute: int | None, hour: int | None) -> None:
        budgets[helcim_budget(merchant_id)].answered(minute, hour)

    clients = {}
    for name in entries:
        http = open_client(
            url, read_timeout_seconds=READ_TIMEOUT_SECONDS, connections_max=quota.in_flight + SPARE_CONNECTIONS
        )
        clients[name] = HelcimClient(
            await stack.enter_async_context(http), on_quota=answered, on_access_refused=on_access_refused
        )
    connections = HelcimConnections(
        merchants={name: entry.merchant for name, entry in entries.items()},
        clients=clients,
        general={},
        processing={},
        refunding={},
        tokens={} if tokens is None else tokens,
        budgets=budgets,
    )
    for name, entry in entries.items():
        connections.take(name, entry.held)
    return connections
