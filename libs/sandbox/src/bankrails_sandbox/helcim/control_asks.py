"""The part of the control API that Helcim alone has, as typed requests."""

from datetime import datetime
from typing import Any

from bankrails_sandbox.control_asks import Ask, all_of, nothing, query_of
from bankrails_sandbox.decoding import decode, encode
from bankrails_sandbox.helcim.merchants import Token
from bankrails_sandbox.helcim.records import BankAnswer, BankAnswerKind, Mail


def mails(merchant: str | None, customer_id: int | None) -> Ask[tuple[Mail, ...]]:
    query = query_of(merchant=merchant, customer_id=customer_id)
    return Ask("GET", f"/control/helcim/mails{query}", lambda body: all_of(Mail, body["mails"]))


def accept_pad(pad_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/pads/{pad_id}/accept", nothing, {})


def revoke_pad(pad_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/pads/{pad_id}/revoke", nothing, {})


def contradict_pad(pad_id: int) -> Ask[None]:
    return Ask("POST", f"/control/helcim/pads/{pad_id}/contradict", nothing, {})


def act(transaction_id: int, name: str) -> Ask[None]:
    return Ask("POST", f"/control/helcim/transactions/{transaction_id}/{name}", nothing, {})


def portal_refund(transaction_id: int, amount_minor: int) -> Ask[int]:
    path = f"/control/helcim/transactions/{transaction_id}/refund"
    return Ask("POST", path, lambda row: int(row["id"]), {"amount_minor": amount_minor})


def portal_withdraw(merchant: str, bank_account_id: int, amount_minor: int) -> Ask[int]:
    path = f"/control/helcim/merchants/{merchant}/withdrawals"
    body = {"bank_account_id": bank_account_id, "amount_minor": amount_minor}
    return Ask("POST", path, lambda row: int(row["id"]), body)


def miscount(batch_id: int, wrong_by: dict[str, int]) -> Ask[None]:
    return Ask("PATCH", f"/control/helcim/batches/{batch_id}", nothing, wrong_by)


def bank_answers(
    transaction_id: int, kind: BankAnswerKind, code: str | None, banking_days_after_approval: int | None
) -> Ask[datetime | None]:
    body = {"code": code, "banking_days_after_approval": banking_days_after_approval}
    path = f"/control/helcim/transactions/{transaction_id}/{kind}"
    return Ask("POST", path, lambda answer: decode(datetime, answer["due_at"]) if answer["due_at"] else None, body)


def bank_report(merchant: str | None) -> Ask[tuple[BankAnswer, ...]]:
    path = f"/control/helcim/bank-report{query_of(merchant=merchant)}"
    return Ask("GET", path, lambda body: all_of(BankAnswer, body["lines"]))


def fill_in_form(customer_id: int, bank_account: dict[str, Any]) -> Ask[tuple[int, int]]:
    path = f"/control/helcim/customers/{customer_id}/bank-form"
    return Ask("POST", path, lambda body: (body["bank_account_id"], body["pad_id"]), bank_account)


def switch_merchant(merchant: str, switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"/control/helcim/merchants/{merchant}", nothing, switches)


def switch_token(merchant: str, token: str, switches: dict[str, Any]) -> Ask[None]:
    return Ask("PATCH", f"/control/helcim/merchants/{merchant}/tokens/{token}", nothing, switches)


def add_token(merchant: str, token: Token) -> Ask[None]:
    return Ask("POST", f"/control/helcim/merchants/{merchant}/tokens", nothing, encode(token))
