"""PAD agreements: several per bank account over time, at most one of them active (Helcim guide: ACH Payment API).

accepted 0, status 2: not accepted. accepted 1, status 1: usable. accepted 1, status 2: revoked. The fourth pair is in
no document: written, it becomes the first, and by the control API a PAD can be put into it all the same.
"""

from datetime import datetime, timedelta
from typing import Any

from bankrails_sandbox.helcim.batches import enter_batch
from bankrails_sandbox.helcim.books import Books
from bankrails_sandbox.helcim.call import Call
from bankrails_sandbox.helcim.payload import one_of, require_object
from bankrails_sandbox.helcim.records import BankAccount, Ownership, Pad, PadStatus, StatusAuth
from bankrails_sandbox.helcim.replies import ErrorShape, message_error
from bankrails_sandbox.helcim.timestamps import stamp
from bankrails_sandbox.helcim.undo import cancel_row
from bankrails_sandbox.vendor_api import Refused, Reply

WRITABLE = {"accepted", "status", "type", "ipAddress"}


def new_pad(books: Books, account: BankAccount, call: Call) -> Pad:
    pad = Pad(next(books.ids.pads), account.customer_id, account.id, account.ownership, call.now, call.now)
    books.add_pad(pad)
    _record(books, "create-pad", pad, call.now, call.id)
    return pad


def list_pads(books: Books, call: Call) -> Reply:
    """204 without a body when the customer has none."""
    customer_id = call.path_id("customer_id") or 0
    if customer_id not in books.customers:
        raise message_error("Customer not found.")
    pads = [
        pad_json(books, pad)
        for account in books.accounts_of(books.customers[customer_id])
        for pad in books.pads_of(account.id)
    ]
    return Reply(200, {"pads": pads}) if pads else Reply(204)


def get_pad(books: Books, call: Call) -> Reply:
    return _one(books, _known_pad(books, call))


def update_pad(books: Books, call: Call) -> Reply:
    """Takes `accepted`, `status`, `type`, `ipAddress`, all optional; ignores the rest."""
    pad = _known_pad(books, call)
    body = require_object(call.body, ErrorShape.MESSAGE)
    accepted = bool(one_of(body, "accepted", (0, 1))) if "accepted" in body else pad.accepted
    status = PadStatus(one_of(body, "status", (1, 2))) if "status" in body else pad.status
    pad_type = Ownership(one_of(body, "type", (1, 2))) if "type" in body else pad.type
    ip_address = body.get("ipAddress", pad.ip_address)
    if not isinstance(ip_address, str):
        raise message_error("Invalid payload: ipAddress is invalid")
    if books.assumptions.unknown_pad_fields_refused and body.keys() - WRITABLE:
        raise message_error("Invalid payload: unknown field")
    change_pad(books, pad, accepted, status, call.now, call.id, by_merchant=True)
    pad.type, pad.ip_address = pad_type, ip_address
    return _one(books, pad)


def change_pad(
    books: Books,
    pad: Pad,
    accepted: bool,
    status: PadStatus,
    now: datetime,
    call_id: int | None,
    *,
    by_merchant: bool,
) -> None:
    """Raises Refused when another PAD of the account is active already.

    A PAD that becomes usable makes its account ready and lets pending debits through.
    """
    if not accepted and not books.assumptions.impossible_pad_kept:
        status = PadStatus.INACTIVE
    was_usable, will_be_usable = pad.usable, accepted and status is PadStatus.ACTIVE
    active = books.active_pad(pad.bank_account_id)
    if will_be_usable and active not in (None, pad) and books.assumptions.one_active_pad:
        raise message_error("Another PAD agreement is already active for this bank account.")
    pad.accepted, pad.status, pad.updated_at = accepted, status, now
    if will_be_usable and not was_usable:
        pad.accepted_at, pad.revoked_at = now, None
        pad.earliest_debit_at = now + timedelta(days=books.assumptions.earliest_debit_days)
        pad.merchant_authorized = by_merchant
        _record(books, "accept-pad", pad, now, call_id)
        _let_pending_through(books, pad.bank_account_id, now, call_id)
    elif was_usable and not will_be_usable:
        pad.revoked_at = now
        _record(books, "revoke-pad", pad, now, call_id)
        if books.assumptions.revocation_cancels_pending:
            waiting = [row for row in books.take_pending(pad.bank_account_id) if row.auth is StatusAuth.PENDING]
            for row in waiting:
                cancel_row(books, row, now, None)
    _tell_account(books, pad)


def contradict_pad(books: Books, pad: Pad, now: datetime) -> None:
    """Active and never accepted: what no merchant and no customer can bring about."""
    pad.accepted, pad.status, pad.updated_at = False, PadStatus.ACTIVE, now
    _record(books, "contradict-pad", pad, now, None)
    _tell_account(books, pad)


def pad_json(books: Books, pad: Pad) -> dict[str, Any]:
    def at(instant: datetime | None) -> str:
        return stamp(instant, books.zone)

    return {
        "id": pad.id,
        "accepted": int(pad.accepted),
        "bankAccountId": pad.bank_account_id,
        "customerId": pad.customer_id,
        "dateAccepted": at(pad.accepted_at),
        "dateCreated": at(pad.created_at),
        "dateEarliestDebit": at(pad.earliest_debit_at),
        "dateRevoked": at(pad.revoked_at),
        "dateUpdated": at(pad.updated_at),
        "ipAddress": pad.ip_address,
        "merchantId": books.merchant.id,
        "merchantAuthorized": int(pad.merchant_authorized),
        "type": int(pad.type),
        "status": int(pad.status),
    }


def _tell_account(books: Books, pad: Pad) -> None:
    books.bank_accounts[pad.bank_account_id].ready = books.active_pad(pad.bank_account_id) is not None


def _let_pending_through(books: Books, bank_account_id: int, now: datetime, call_id: int | None) -> None:
    if books.bank_accounts[bank_account_id].deleted:
        return
    for transaction in books.take_pending(bank_account_id):
        if transaction.auth is StatusAuth.PENDING:
            transaction.auth = StatusAuth.APPROVED
            enter_batch(books, transaction, now)
            books.record("approve", transaction.id, now, call_id, transaction=transaction)


def _one(books: Books, pad: Pad) -> Reply:
    body = pad_json(books, pad)
    return Reply(200, {"pad": body} if books.assumptions.wrap_pad else body)


def _known_pad(books: Books, call: Call) -> Pad:
    pad = books.pads.get(call.path_id("pad_id") or 0)
    account = books.bank_accounts.get(pad.bank_account_id) if pad else None
    if (
        pad is None
        or account is None
        or account.deleted
        or pad.bank_account_id != call.path_id("bank_account_id")
        or pad.customer_id != call.path_id("customer_id")
    ):
        raise _unknown()
    return pad


def _unknown() -> Refused:
    return message_error("PAD agreement not found.")


def _record(books: Books, kind: str, pad: Pad, now: datetime, call_id: int | None) -> None:
    books.record(kind, pad.id, now, call_id, customer_id=pad.customer_id, bank_account_id=pad.bank_account_id)
