"""What a successful login opens for a day: profile, accounts, history and analysis.

That these things can be read is documented; every shape here is an assumption.
"""

import hashlib
from datetime import datetime
from typing import Any

from bankrails_sandbox.helium.authorization import expired, session_of
from bankrails_sandbox.helium.formats import dollars, stamp
from bankrails_sandbox.helium.history import Analysis, Transaction, analyse, history_of
from bankrails_sandbox.helium.payload import day, positive
from bankrails_sandbox.helium.people import BankAccount, Person
from bankrails_sandbox.helium.replies import invalid, refused
from bankrails_sandbox.helium.sessions import Session, State
from bankrails_sandbox.helium.vendor import HeliumVendor
from bankrails_sandbox.vendor_api import Call, Reply


def complete_response(vendor: HeliumVendor, call: Call) -> Reply:
    session, person, at = _opened(vendor, call)
    histories = [history_of(account, person, at.date()) for account in person.accounts]
    accounts = [
        _account_json(session, person, account) | {"transactions": [_transaction_json(each) for each in history]}
        for account, history in zip(person.accounts, histories, strict=True)
    ]
    vendor.record("data_read", call.merchant, call.now, reference=session.id, call_id=call.id, detail="complete")
    return Reply(
        200,
        {
            "session_id": session.id,
            "client_identifier": session.client_identifier,
            "institution": {"code": session.institution.code, "name": session.institution.name},
            "fetched_at": stamp(at),
            "profile": _profile_json(person),
            "accounts": accounts,
            "analysis": _analysis_json(person, analyse(histories, at.date())),
        },
    )


def transaction_history(vendor: HeliumVendor, call: Call) -> Reply:
    session, person, at = _opened(vendor, call)
    query = call.parameters()
    by_id = {account_id(session, account): account for account in person.accounts}
    account = by_id.get(query.get("account_id", ""))
    if account is None:
        raise invalid("account_id must be one of the session's accounts", "account_id")
    start, end = day(query, "from"), day(query, "to")
    if start and end and start > end:
        raise invalid("from must not be after to", "from")
    page = positive(query, "page", 1, 10**6)
    size = positive(query, "page_size", vendor.assumptions.page_size, vendor.assumptions.page_size_max)
    found = [
        each
        for each in history_of(account, person, at.date())
        if (start is None or each.on >= start) and (end is None or each.on <= end)
    ]
    vendor.record("data_read", call.merchant, call.now, reference=session.id, call_id=call.id, detail="history")
    return Reply(
        200,
        {
            "session_id": session.id,
            "account_id": query["account_id"],
            "page": page,
            "page_size": size,
            "total": len(found),
            "transactions": [_transaction_json(each) for each in found[(page - 1) * size : page * size]],
        },
    )


def profile_identity(vendor: HeliumVendor, call: Call) -> Reply:
    session, person, _ = _opened(vendor, call)
    vendor.record("data_read", call.merchant, call.now, reference=session.id, call_id=call.id, detail="profile")
    return Reply(200, _profile_json(person))


def purge(vendor: HeliumVendor, call: Call) -> Reply:
    vendor.purge(session_of(vendor, call), call.now, call.id)
    return Reply(204)


def account_id(session: Session, account: BankAccount) -> str:
    """Stable inside a session, and telling nothing of the account."""
    return f"acc_{hashlib.sha256(f'{session.id}/{account.account_number}'.encode()).hexdigest()[:12]}"


def _opened(vendor: HeliumVendor, call: Call) -> tuple[Session, Person, datetime]:
    session = session_of(vendor, call)
    if session.state in (State.CLOSED, State.EXPIRED):
        raise expired()
    if session.person is None or session.succeeded_at is None or session.state is not State.SUCCESS:
        raise refused(409, "session_not_ready", "There is no data before success")
    return session, session.person, session.succeeded_at


def _profile_json(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "addresses": [
            {
                "line1": address.line1,
                "line2": address.line2,
                "city": address.city,
                "province": address.province,
                "postal_code": address.postal_code,
                "country": address.country,
            }
            for address in person.addresses
        ],
        "emails": list(person.emails),
        "phones": list(person.phones),
    }


def _account_json(session: Session, person: Person, account: BankAccount) -> dict[str, Any]:
    bank = session.institution
    return {
        "account_id": account_id(session, account),
        "type": account.type,
        "currency": account.currency,
        "institution_number": account.institution_number or bank.accounts_number or bank.number,
        "transit_number": account.transit_number,
        "account_number": account.account_number,
        "balance_current": dollars(account.balance_current_minor),
        "balance_available": dollars(account.balance_available_minor),
        "holder_name": account.holder_name or person.name,
    }


def _transaction_json(transaction: Transaction) -> dict[str, Any]:
    amount = transaction.amount_minor
    return {
        "transaction_id": transaction.id,
        "date": transaction.on.isoformat(),
        "description": transaction.description,
        "debit": dollars(-amount) if amount < 0 else None,
        "credit": dollars(amount) if amount >= 0 else None,
        "balance": dollars(transaction.balance_minor),
        "category": transaction.category,
    }


def _analysis_json(person: Person, analysis: Analysis) -> dict[str, Any]:
    percent = analysis.loan_payback_percent
    return {
        "payroll": [
            {
                "employer": person.employer,
                "amount": dollars(amount_minor),
                "frequency": "biweekly",
                "last_date": on.isoformat(),
            }
            for amount_minor, on in analysis.payroll
        ],
        "income_monthly_average": dollars(analysis.income_monthly_average_minor),
        "nsf_count_90d": analysis.nsf_count,
        "stop_payment_count_90d": analysis.stop_payment_count,
        **{f"average_balance_{days}d": dollars(minor) for days, minor in analysis.average_balances_minor.items()},
        "loan_payback_ratio": None if percent is None else dollars(percent),
    }
