"""The vendor's printed samples, field by field (Helcim guides: ACH Payment API, Connecting to the Helcim API).

Ids begin where the samples are and the clock stands where they were made, so nearly every value is theirs. What
differs is listed beside each comparison, with the reason.
"""

import re
from datetime import UTC, datetime

import pytest

ZERO = "0000-00-00 00:00:00"

BANK_ACCOUNT = {
    "id": 41992,
    "customerId": 19411033,
    "dateCreated": "2024-03-14 16:51:38",
    "dateUpdated": ZERO,
    "dateLastUsed": ZERO,
    "dateVerified": ZERO,
    "bankToken": "3f747d045aab557481cd1f",
    "accountType": "CHECKING",
    "accountCorporate": "PERSONAL",
    "verified": 0,
    "ready": 0,
    "bankIdNumber": "123",
    "transitNumber": "12345",
    "routingNumber": "",
    "bankAccountNumberL4": "6789",
    "address": {
        "name": "Test Customer",
        "street1": "123 Test Street",
        "street2": "",
        "city": "Calgary",
        "province": "AB",
        "country": "CAN",
        "postalCode": "H0H 0H0",
        "phone": "",
        "email": "",
    },
}
PAD = {
    "id": 53735,
    "accepted": 0,
    "bankAccountId": 41992,
    "customerId": 19411033,
    "dateAccepted": ZERO,
    "dateCreated": "2024-03-14 16:51:40",
    "dateEarliestDebit": ZERO,
    "dateRevoked": ZERO,
    "dateUpdated": "2024-03-14 16:57:19",
    "ipAddress": "",
    "merchantId": 208967,
    "merchantAuthorized": 0,
    "type": 2,
    "status": 2,
}
TRANSACTION = {
    "id": 109361,
    "merchantId": 208967,
    "orderId": 37281729,
    "dateCreated": "2024-04-17 12:03:11",
    "statusAuth": 5,
    "statusClearing": 0,
    "userId": 0,
    "batchId": 0,
    "bankAccountId": 41992,
    "bankAccountL4L4": 23190563,
    "transactionType": 1,
    "amount": 10,
    "currency": 1,
    "approvalCode": "",
    "test": 0,
    "acquirerTransactionId": "",
    "responseMessage": "",
    "payFacTransactionId": 0,
    "originalTransactionId": 0,
    "statusBatch": 1,
    "dateClosed": ZERO,
}

BATCH = {
    "batchId": 47339,
    "merchantId": 208967,
    "statusBatch": 2,
    "amountWithdrawals": 5,
    "countWithdrawals": 1,
    "amountDeposits": 0,
    "countDeposits": 0,
    "amountReversed": 5,
    "countReversed": 1,
    "amountRefunded": 0,
    "countRefunded": 0,
    "dateOpened": "2023-11-21 10:09:58",
    "dateClosed": "2024-04-16 16:15:37",
}


def differing(ours: dict, theirs: dict) -> set[str]:
    assert list(ours) == list(theirs), "the same fields in the same order"
    return {name for name in theirs if ours[name] != theirs[name] or type(ours[name]) is not type(theirs[name])}


@pytest.fixture
def story(fresh_shop):
    shop = fresh_shop()
    customer = shop.customer()
    shop.account(customer)
    return shop


def test_a_bank_account_reads_as_printed(story) -> None:
    """The token is drawn by the vendor; everything else follows from the request."""
    ours = story.call("GET", "/customers/19411033/bank-accounts/41992").json()
    assert differing(ours, BANK_ACCOUNT) == {"bankToken"}
    assert re.fullmatch("[0-9a-f]{22}", ours["bankToken"])
    assert story.call("GET", "/customers/19411033/bank-accounts").json() == [ours]


def test_a_new_pad_reads_as_printed(story) -> None:
    """The sample is two seconds younger, was updated since, and is of type business on a personal account, where
    the type is taken from the account here."""
    (ours,) = story.pads(19411033)
    assert differing(ours, PAD) == {"dateCreated", "dateUpdated", "type"}
    assert (ours["dateCreated"], ours["type"]) == ("2024-03-14 16:51:38", 1)


def test_a_debit_without_an_accepted_pad_reads_as_printed(story) -> None:
    """The three samples are one story: this payment waits on that account's PAD. The sample's L4L4 does not follow
    from its own account under any documented reading, so it is the one value that differs."""
    story.control.advance(to=datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC))
    body = {"bankAccountId": 41992, "customerId": 19411033, "amount": 10, "currencyId": 1, "orderId": 37281729}
    answer = story.withdraw(body)
    assert answer.status_code == 200
    assert list(answer.json()) == ["transaction"]
    assert differing(answer.json()["transaction"], TRANSACTION) == {"bankAccountL4L4"}
    assert isinstance(answer.json()["transaction"]["bankAccountL4L4"], int)


def test_reading_a_transaction_adds_two_fields(story) -> None:
    """`customerCode` and `invoiceNumber` came to both reads in 2026, and not to the answer of a withdraw."""
    story.withdraw({"bankAccountId": 41992, "customerId": 19411033, "amount": 10, "currencyId": 1})
    single = story.call("GET", "/ach/transactions/109361").json()
    assert list(single) == ["transaction"]
    assert list(single["transaction"]) == [*TRANSACTION, "customerCode", "invoiceNumber"]
    assert story.call("GET", "/ach/transactions").json() == [single["transaction"]]


def test_a_batch_reads_as_printed(story) -> None:
    """The sample's one debit was voided, which is not served here, so two values differ; its batch was open for months
    and closed at 16:15, as one that a merchant settles. The field `batchReference` is newer than the sample."""
    control = story.control
    control.advance(to=datetime(2024, 4, 16, 22, 0, tzinfo=UTC))
    (pad,) = story.pads(19411033)
    control.accept_pad(pad["id"])
    story.withdraw({"bankAccountId": 41992, "customerId": 19411033, "amount": 5, "currencyId": 1})
    control.advance(to=datetime(2024, 4, 16, 22, 15, 37, tzinfo=UTC))
    story.call("PUT", "/ach/batches/47339/settle", **{"idempotency-key": story.key()})
    answer = story.call("GET", "/ach/batches").json()
    assert list(answer) == ["batches"]
    (ours,) = answer["batches"]
    assert (list(ours)[1], ours.pop("batchReference")) == ("batchReference", "ach-47339")
    assert differing(ours, BATCH) == {"amountReversed", "countReversed", "dateOpened"}


def test_messages_of_bank_account_creation_are_literal(story) -> None:
    """Integrations read the id from the object, people read the sentence in logs."""
    account = story.account(story.customer())
    path = f"/customers/{story.customer()}/bank-accounts"
    answer = story.call("GET", f"{path}/request-new")
    assert answer.json() == {"message": "A bank authorization email was emailed to payer@example.com."}
    assert account == 41993


def test_the_connection_test_says_so(shop) -> None:
    """The first call of every integration."""
    answer = shop.call("GET", "/connection-test")
    assert (answer.status_code, answer.json()) == (200, {"message": "Connected Successfully"})


def test_an_invalid_token_is_unauthorized(open_shop) -> None:
    """Shape A, word for word."""
    answer = open_shop("no-such-token").call("GET", "/connection-test")
    assert (answer.status_code, answer.json()) == (401, {"errors": "Unauthorized"})
