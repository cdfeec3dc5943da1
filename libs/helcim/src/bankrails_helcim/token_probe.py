"""Whether the vendor takes a merchant's tokens: asked at each start, after a 401, and after a rotation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bankrails_messaging.calls import Answer, Payload, ReadCall
from bankrails_vendor_http.errors import TokenRejected

from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.client import HelcimClient
from bankrails_helcim.token_findings import PROBE_TOKENS
from bankrails_helcim.token_watch import TokenWatch
from bankrails_helcim.tokens import MerchantTokens, TokenName


@dataclass(frozen=True)
class TokenProbe(ReadCall):
    """One HTTP call for each token that differs from the others."""

    clients: Mapping[str, HelcimClient]
    tokens: Mapping[str, MerchantTokens]
    used: Sequence[TokenName]
    """Those that this service calls with."""
    watch: TokenWatch
    kind = PROBE_TOKENS
    tests_access = True
    deadline_seconds = 90.0

    async def send(self, payload: Payload) -> Answer:
        merchant_id = payload["merchant_id"]
        held = self.tokens[merchant_id]
        distinct = {held[name].value: name for name in reversed(self.used)}
        rejected = []
        for value, name in distinct.items():
            try:
                await self.clients[merchant_id].connection_test(MerchantAccess(merchant_id, value))
            except TokenRejected:
                rejected.append({"name": name.value, "last4": held[name].last4})
        if held is self.tokens[merchant_id]:  # else they were rotated meanwhile, and are tested again
            self.watch.tested(merchant_id, rejected=bool(rejected))
        return {"rejected": rejected}
