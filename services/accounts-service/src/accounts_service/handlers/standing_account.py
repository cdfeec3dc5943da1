"""Commands about an account that is there: what all of them ask first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bankrails_contracts.accounts import ExternalAccountCommand
from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Decision, Handling, Refusal, Work
from bankrails_vendor_http.budget import Lane

from accounts_service.domain.external_account import ExternalAccount, Pending
from accounts_service.handlers.placed import Placed, load_placed
from accounts_service.handlers.rules import HELIX_BUDGET, Rules
from accounts_service.handlers.texts import in_the_clear, texts_of
from accounts_service.ports import Reads, SpelledOut

C = TypeVar("C", bound=ExternalAccountCommand)


@dataclass(frozen=True)
class Situation:
    placed: Placed | None
    outstanding: bool = False
    """A payment or refund of it is not at its end."""
    in_clear: str | None = None
    """The field of the command in which the account's number stands."""


def handling(
    message: type[C],
    rules: Rules,
    decide: Callable[[C, Situation, datetime], Decision | Refusal],
    spelled_out: SpelledOut | None = None,
) -> Handling[C, Situation]:
    """`spelled_out`: for a command with free texts."""

    def load(reads: Reads, commands: Sequence[C]) -> list[Situation]:
        ids = [command.external_account_id for command in commands]
        known = reads.external_accounts(ids)
        placed = {each.account.id: each for each in load_placed(reads, sorted(known), rules)}
        outstanding = reads.outstanding(sorted(known))
        in_clear = [
            None if spelled_out is None or each not in known else spelled_out(known[each], texts_of(command))
            for each, command in zip(ids, commands, strict=True)
        ]
        return [
            Situation(placed.get(each), each in outstanding, field) for each, field in zip(ids, in_clear, strict=True)
        ]

    def guarded(command: C, situation: Situation, now: datetime) -> Decision | Refusal:
        if situation.placed is None:
            return Refusal(RefusalCode.NOT_FOUND, "there is no such external account", field="external_account_id")
        if situation.in_clear is not None:
            return in_the_clear(situation.in_clear)
        account = situation.placed.account
        if account.pending is not Pending.NOTHING:
            reason = f"{account.pending} of it is on its way"
            return Refusal(RefusalCode.WRONG_STATE, reason, about=account)
        return decide(command, situation, now)

    return Handling(message, load, guarded)


def wrong_state(account: ExternalAccount, wanted: str) -> Refusal:
    return Refusal(RefusalCode.WRONG_STATE, f"it is {account.state}, and must be {wanted}", about=account)


def acting(account: ExternalAccount) -> ExternalAccount:
    """What a look at the vendor, begun before, shows of it counts no more."""
    return replace(account, acts=account.acts + 1)


def asked_of_helix(account: ExternalAccount, pending: Pending, kind: str, **payload: object) -> Decision:
    """Until the answer nothing else of it is begun."""
    account = replace(acting(account), pending=pending)
    work = Work(kind, {"external_account_id": account.id, **payload}, HELIX_BUDGET, Lane.PERSON)
    return Decision(account, work=(work,))


def answered(account: ExternalAccount) -> ExternalAccount:
    return replace(acting(account), pending=Pending.NOTHING)
