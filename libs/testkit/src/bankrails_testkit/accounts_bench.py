"""accounts-service's own parts on an engine and a real store, with a Helix in memory and keys of payments-service."""

from pathlib import Path
from typing import Any

from accounts_service import wiring
from accounts_service.account_numbers import AccountNumbers
from accounts_service.handlers.rules import Rules
from accounts_service.store.repositories import REPOSITORIES, SqlReads
from accounts_service.vendor.fake import FakeHelix
from bankrails_contracts.accounts import CommandParked, CommandRefused
from bankrails_contracts.message import Service
from bankrails_messaging.store import Store
from bankrails_sealing import preferred_key, seal

from bankrails_testkit.accounts_desk import Keys
from bankrails_testkit.engine import Engine


class AccountsBench:
    def __init__(self, folder: Path, store: Store) -> None:
        keys = Keys.generate(folder)
        self.own, self.payments = keys.own, keys.payments
        numbers, rules = AccountNumbers(keys.own, keys.vault), Rules(share=True)

        async def seal_to_payments(number: str) -> str:
            return seal(number, preferred_key(self.payments.jwks()))

        load_account = wiring.loader(store)
        self.helix = FakeHelix(lambda: self.engine.clock.now())
        self.engine = Engine(
            store,
            handlings=wiring.handlings(rules, numbers),
            answerings=wiring.answerings(rules, numbers),
            calls=[
                *wiring.helix_calls(self.helix, load_account, numbers),
                *wiring.share_calls(load_account, numbers, seal_to_payments),
            ],
            service=Service.ACCOUNTS,
            repositories=REPOSITORIES,
            reads=SqlReads,
            refused=CommandRefused,
            parked=CommandParked,
        )

    def sealed(self, number: str) -> str:
        """To accounts-service."""
        return seal(number, preferred_key(self.own.jwks()))

    def canadian(self, ref: str, number: str, account_type: str = "checking") -> dict[str, Any]:
        details = {"country": "CA", "institution_number": "001", "transit_number": "12345"}
        return {
            "account_ref": ref,
            "account_type": account_type,
            "details": details | {"account_number": self.sealed(number)},
        }

    def american(self, ref: str, number: str) -> dict[str, Any]:
        details = {"country": "US", "routing_number": "121042882", "account_number": self.sealed(number)}
        return {"account_ref": ref, "account_type": "checking", "details": details}

    async def at_rest(self) -> None:
        """Nothing to decide, and no call to make or to hear from at this time."""
        engine = self.engine
        for _ in range(2):
            await engine.until(lambda: not engine.dispatcher.waiting and engine.pool.idle, "an end of the work")
            await engine.idle()
