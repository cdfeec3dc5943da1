"""The first question of every command: is this merchant ours?"""

from collections.abc import Mapping

from bankrails_contracts.answers import RefusalCode
from bankrails_helcim.merchant import Merchant
from bankrails_messaging.decisions import Refusal

Merchants = Mapping[str, Merchant]

UNKNOWN_MERCHANT = Refusal(RefusalCode.UNKNOWN_MERCHANT, "no such merchant is configured here", field="merchant_id")

EMAIL_MISSING = Refusal(
    RefusalCode.EMAIL_MISSING, "the payer has no billing e-mail, and the vendor asks by e-mail", field="email"
)


def not_found(what: str, field: str) -> Refusal:
    return Refusal(RefusalCode.NOT_FOUND, f"there is no such {what} for this merchant", field=field)
