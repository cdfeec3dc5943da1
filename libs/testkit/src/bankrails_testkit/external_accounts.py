"""Builders of accounts-service's commands."""

import itertools
from collections.abc import Callable
from typing import Any

from bankrails_contracts.accounts import LinkExternalAccount

from bankrails_testkit.commands import new_id

ROUTING_NUMBER = "021000021"
_NUMBERS = itertools.count(730_184_925_001)
BANKS = {
    "CA": {"country": "CA", "institution_number": "003", "transit_number": "10202"},
    "US": {"country": "US", "routing_number": ROUTING_NUMBER},
}


def new_number() -> str:
    """An account number that no other test has."""
    return str(next(_NUMBERS))


def link_external_account(
    seal: Callable[[str], str], country: str, number: str | None = None, **fields: Any
) -> LinkExternalAccount:
    """`seal` to accounts-service. In the United States `helix_customer_id` is to be given."""
    made = {
        "external_account_id": new_id("external"),
        "user_id": new_id("user"),
        "account": {**BANKS[country], "account_number": seal(number or new_number())},
        "account_type": "checking",
        "holder": {"holder_type": "personal", "first_name": "Ada", "last_name": "Lovelace"},
    }
    return LinkExternalAccount.model_validate(made | fields)
