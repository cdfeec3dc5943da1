"""Helium's objects, field by field. The public page prints none but the two challenge fields and the frame's URL, so
these are the shapes that the sandbox stands for; whoever changes one breaks a client that was written against it.

What the vendor draws (ids, times, hosts) is compared by its form.
"""

import re
from typing import Any

SESSION = r"ses_[0-9a-f]{24}"
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"

QUESTION = {
    "status": "mfa_required",
    "session_id": SESSION,
    "institution": "helium_test",
    "message": r"What is your favourite colour\?",
    "challenge": {"type": "question", "expires_at": INSTANT},
}
CODE = {
    "status": "2fa_required",
    "session_id": SESSION,
    "institution": "helium_test",
    "message": "Enter the code sent to your phone",
    "challenge": {"type": "otp_sms", "expires_at": INSTANT},
}
FAILED = {
    "status": "failed",
    "institution": "helium_test",
    "message": "The bank did not accept these credentials",
}
ERROR = {
    "status": "error",
    "session_id": SESSION,
    "institution": "helium_test",
    "message": "The bank cannot be reached at the moment. Please try again later",
}
FRAME = {
    "iframe_url": r"http://127\.0\.0\.1:\d+/helium/frame/[0-9a-f]{32}",
    "session_id": SESSION,
    "created_at": INSTANT,
    "expires_at": INSTANT,
}
PROFILE = {
    "name": "Benoit Tremblay",
    "addresses": [
        {
            "line1": "22 Rue Sherbrooke",
            "line2": "",
            "city": "Montreal",
            "province": "QC",
            "postal_code": "H2X 1X9",
            "country": "CA",
        }
    ],
    "emails": ["benoit.tremblay@example.com"],
    "phones": ["514-555-0122"],
}
ACCOUNT = {
    "account_id": "acc_[0-9a-f]{12}",
    "type": "chequing",
    "currency": "CAD",
    "institution_number": "003",
    "transit_number": "10202",
    "account_number": "181199123",
    "balance_current": r"3481\.37",
    "balance_available": r"3381\.37",
    "holder_name": "Benoit Tremblay",
}
PAYDAY = {
    "transaction_id": "txn_[0-9a-f]{16}",
    "date": r"\d{4}-\d\d-\d\d",
    "description": "PAYROLL Maple Mills Inc",
    "debit": None,
    "credit": r"1850\.00",
    "balance": r"\d+\.\d\d",
    "category": "payroll",
}
ANALYSIS = {
    "payroll": [
        {
            "employer": "Maple Mills Inc",
            "amount": r"1850\.00",
            "frequency": "biweekly",
            "last_date": r"\d{4}-\d\d-\d\d",
        }
    ],
    "income_monthly_average": r"\d+\.\d\d",
    "nsf_count_90d": 1,
    "stop_payment_count_90d": 1,
    "average_balance_30d": r"\d+\.\d\d",
    "average_balance_60d": r"\d+\.\d\d",
    "average_balance_90d": r"\d+\.\d\d",
    "loan_payback_ratio": r"[01]\.\d\d",
}
COMPLETE = ["session_id", "client_identifier", "institution", "fetched_at", "profile", "accounts", "analysis"]


def like(ours: Any, sample: Any) -> bool:
    """The same fields in the same order; texts in the sample are patterns."""
    match sample:
        case dict():
            assert list(ours) == list(sample)
            return all(like(ours[name], sample[name]) for name in sample)
        case list():
            return len(ours) == len(sample) and all(map(like, ours, sample))
        case str():
            return isinstance(ours, str) and re.fullmatch(sample, ours) is not None
        case _:
            return type(ours) is type(sample) and ours == sample


def test_each_status_reads_as_it_should(helium) -> None:
    """`message` and `challenge` come with the two challenge statuses, as documented."""
    assert like(helium.start("user_mfa").json(), QUESTION)
    assert like(helium.start("user_2fa").json(), CODE)
    assert like(helium.start("user_bad").json(), FAILED)
    assert like(helium.start("user_down").json(), ERROR)


def test_a_frame_reads_as_it_should(helium) -> None:
    """`iframe_url` is the documented one of the four."""
    answer = helium.http.post("/rest/banks/start-iframe", json={"client_identifier": "c"})
    assert like(answer.json(), FRAME)


def test_the_complete_response_reads_as_it_should(helium) -> None:
    """Profile, accounts with their history, and analysis."""
    session = helium.session("user_mfa")
    helium.answer(session, "blue")
    body = helium.read("complete-response", session).json()
    account = body["accounts"][0]
    transactions = account.pop("transactions")
    assert list(body) == COMPLETE
    assert like(body["profile"], PROFILE)
    assert like(account, ACCOUNT)
    assert like(next(row for row in transactions if row["category"] == "payroll"), PAYDAY)
    assert list(body["analysis"]) == list(ANALYSIS)
    assert like(helium.read("profile-identity", session).json(), PROFILE)


def test_the_analysis_reads_as_it_should(helium) -> None:
    """NSF and stopped payments: one or two, as the 90 days fall."""
    analysis = helium.read("complete-response", helium.session()).json()["analysis"]
    counted = {name: min(analysis[name], 1) for name in ("nsf_count_90d", "stop_payment_count_90d")}
    assert like(analysis | counted, ANALYSIS)
