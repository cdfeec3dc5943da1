"""BankDataFetched: the accounts that a login proves become commands of our own, where the login asked for that.

A fact is never refused and may come again, with the numbers sealed anew: the account's id follows from the login, and
what the user has linked already, under whatever id, is passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bankrails_contracts.accounts import LinkExternalAccount
from bankrails_contracts.auth import BankDataFetched, FoundAccount
from bankrails_contracts.parts import LinkAccounts
from bankrails_messaging.decisions import Decision, Handling

from accounts_service.domain.bank_login import external_account_id
from accounts_service.domain.opened_number import OpenedNumber
from accounts_service.ports import OpenNumber, Reads


@dataclass(frozen=True)
class Candidate:
    external_account_id: str
    found: FoundAccount
    fingerprint: str | None
    """None when the number does not open: the command will be refused by name."""


@dataclass(frozen=True)
class Situation:
    candidates: tuple[Candidate, ...] = ()
    known: frozenset[str] = frozenset()
    """Ids that exist, and fingerprints that the user has."""


def decide(event: BankDataFetched, situation: Situation, now: datetime) -> Decision:
    if event.link_accounts is None:
        return Decision()
    commands = []
    seen = set(situation.known)
    for candidate in situation.candidates:
        names = {candidate.external_account_id, candidate.fingerprint} - {None}
        if names & seen:
            continue
        seen |= {name for name in names if name is not None}
        commands.append(_command(event, event.link_accounts, candidate))
    return Decision(commands=tuple(commands))


def _command(event: BankDataFetched, link: LinkAccounts, candidate: Candidate) -> LinkExternalAccount:
    return LinkExternalAccount.model_validate(
        {
            "external_account_id": candidate.external_account_id,
            "user_id": event.user_id,
            "account": candidate.found.details,
            "account_type": str(candidate.found.account_type),
            "holder": link.holder,
            "helix_customer_id": link.helix_customer_id,
            "connection_id": event.connection_id,
        }
    )


def handling(open_number: OpenNumber) -> Handling[BankDataFetched, Situation]:
    def candidates(event: BankDataFetched) -> list[Candidate]:
        chosen = () if event.link_accounts is None else event.link_accounts.account_types
        return [_candidate(event, found) for found in event.accounts if found.details and found.account_type in chosen]

    def _candidate(event: BankDataFetched, found: FoundAccount) -> Candidate:
        account_id = external_account_id(event.connection_id, found.account_ref)
        number = None if found.details is None else open_number(account_id, found.details)
        return Candidate(account_id, found, number.fingerprint if isinstance(number, OpenedNumber) else None)

    def load(reads: Reads, events: Sequence[BankDataFetched]) -> list[Situation]:
        found = [candidates(event) for event in events]
        accounts = reads.external_accounts([each.external_account_id for some in found for each in some])
        same = reads.same_accounts(
            [
                (event.user_id, each.fingerprint)
                for event, some in zip(events, found, strict=True)
                for each in some
                if each.fingerprint is not None
            ]
        )
        return [
            Situation(tuple(some), _known(event.user_id, some, accounts, same))
            for event, some in zip(events, found, strict=True)
        ]

    return Handling(BankDataFetched, load, decide)


def _known(
    user_id: str,
    candidates: Sequence[Candidate],
    accounts: Mapping[str, object],
    same: Mapping[tuple[str, str], object],
) -> frozenset[str]:
    ids = {each.external_account_id for each in candidates if each.external_account_id in accounts}
    fingerprints = {each.fingerprint for each in candidates if each.fingerprint is not None}
    return frozenset(ids | {each for each in fingerprints if (user_id, each) in same})
