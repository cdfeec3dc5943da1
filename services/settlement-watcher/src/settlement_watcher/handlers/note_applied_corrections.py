"""A notice of change is applied: accounts-service says so, or payments-service of an account that only it knows.

That stops the clock of six banking days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bankrails_contracts.accounts import ExternalAccountCorrected
from bankrails_contracts.payments import BankAccountSuperseded
from bankrails_messaging.decisions import Decision, Handling

from settlement_watcher.domain.change_notice import ChangeNotice, NoticeState
from settlement_watcher.ports import Reads

Notices = Sequence[ChangeNotice]


def corrected(event: ExternalAccountCorrected, notices: Notices, now: datetime) -> Decision:
    return _applied(notice for notice in notices if notice.code == event.code)


def superseded(event: BankAccountSuperseded, notices: Notices, now: datetime) -> Decision:
    return _applied(notice for notice in notices if notice.merchant_id == event.merchant_id)


def _applied(notices: Iterable[ChangeNotice]) -> Decision:
    return Decision(also=tuple(Decision(replace(notice, state=NoticeState.APPLIED)) for notice in notices))


def _load_corrected(reads: Reads, events: Sequence[ExternalAccountCorrected]) -> list[Notices]:
    found = reads.open_notices(external_account_ids=[event.external_account_id for event in events])
    return [[item for item in found if item.external_account_id == event.external_account_id] for event in events]


def _load_superseded(reads: Reads, events: Sequence[BankAccountSuperseded]) -> list[Notices]:
    found = reads.open_notices(bank_account_ids=[event.bank_account_id for event in events])
    return [[item for item in found if item.bank_account_id == event.bank_account_id] for event in events]


HANDLINGS: list[Handling[Any, Notices]] = [
    Handling(ExternalAccountCorrected, _load_corrected, corrected),
    Handling(BankAccountSuperseded, _load_superseded, superseded),
]
