"""An account among the others of its customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts_service.domain.account_use import AccountUse
from accounts_service.domain.customer import Customer
from accounts_service.domain.external_account import ExternalAccount
from accounts_service.domain.limit import Places, places
from accounts_service.domain.program import Program
from accounts_service.handlers.rules import Rules
from accounts_service.ports import Reads


@dataclass(frozen=True)
class Placed:
    account: ExternalAccount
    others: Sequence[ExternalAccount]
    """Of the same customer."""
    uses: Mapping[str, AccountUse]
    customer: Customer
    program: Program
    rules: Rules

    def places(self, now: datetime) -> Places:
        """What the others take."""
        limit = self.program.external_accounts_max if self.account.at_helix else self.rules.own_accounts_max
        return places(self.others, self.uses, limit, self.program, now)


def load_placed(reads: Reads, ids: Sequence[str], rules: Rules) -> list[Placed]:
    """Of accounts that exist."""
    accounts = reads.external_accounts(ids)
    names = [accounts[each].customer_id for each in ids]
    customers, together, program = reads.customers(names), reads.of_customers(names), reads.program()
    uses = reads.account_uses([account.id for some in together.values() for account in some])
    return [
        Placed(
            accounts[each],
            [other for other in together.get(name, ()) if other.id != each],
            uses,
            customers.get(name, Customer(name)),
            program,
            rules,
        )
        for each, name in zip(ids, names, strict=True)
    ]
