"""The vendor's HTTP API: one method per endpoint, one call per method, no judgement and no repeats.

Every method raises VendorRejected, VendorUnavailable or, where the call has an effect, OutcomeUnknown; errors.py says
which answer is which. A method without effect never raises OutcomeUnknown.
"""

from bankrails_helcim import endpoints
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.ach_calls import PAGES_MAX, AchCalls
from bankrails_helcim.calls import CALL_DEADLINE_SECONDS, OnQuota
from bankrails_helcim.customer_calls import CustomerCalls
from bankrails_helcim.errors import unreadable
from bankrails_helcim.sentences import RefundAnswer, VoidAnswer
from bankrails_helcim.transaction_filter import TransactionFilter

__all__ = [
    "CALL_DEADLINE_SECONDS",
    "PAGES_MAX",
    "HelcimClient",
    "MerchantAccess",
    "OnQuota",
    "RefundAnswer",
    "TransactionFilter",
    "VoidAnswer",
]


class HelcimClient(CustomerCalls, AchCalls):
    async def connection_test(self, access: MerchantAccess) -> None:
        """Returns when the token is valid, whatever it may do."""
        endpoint = endpoints.CONNECTION_TEST
        answer = await self._call(endpoint, access)
        if not isinstance(self._body(endpoint, answer), dict):
            raise unreadable(endpoint, answer, "not an object")
