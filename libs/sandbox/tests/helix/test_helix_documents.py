"""Papers for a person at the vendor to look at: taken, and nothing said of them."""

import base64

import pytest

PAPER = {
    "documentType": "BankStatement",
    "documentName": "statement.pdf",
    "documentContent": base64.b64encode(b"%PDF-1.4 paper").decode(),
    "reasonType": "Ownership",
}


def upload(helix, account: int, **fields):
    body = {"customerId": 1001, "externalAccountId": account} | PAPER | fields
    return helix.call("POST", "/externalAccountDocument/upload", body)


def test_an_upload_is_taken_without_a_word(helix) -> None:
    """No data in the answer; the paper itself is kept nowhere."""
    account = helix.initiated()
    answer = upload(helix, account)
    assert (answer.status_code, answer.json()["errors"], "data" in answer.json()) == (200, [], False)
    (paper,) = helix.control.documents(account)
    assert (paper.type, paper.name, paper.reason, paper.size_bytes) == (
        "BankStatement",
        "statement.pdf",
        "Ownership",
        14,
    )
    assert helix.get(account)["status"] == "Unverified"
    assert [effect.kind for effect in helix.control.effects()][-1] == "helix.external_account.document_uploaded"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"documentContent": "no base64!"}, 59900),
        ({"documentContent": None}, 59900),
        ({"documentName": "n" * 256}, 59900),
        ({"documentType": ""}, 59900),
        ({"reasonType": 7}, 59900),
        ({"customerId": 1002}, 62402),
        ({"externalAccountId": 9999}, 62402),
        ({"requestingCustomerId": 1002}, 62618),
    ],
)
def test_a_wrong_upload_is_refused(helix, fields, expected: int) -> None:
    """And leaves nothing."""
    account = helix.initiated()
    answer = upload(helix, account, **fields)
    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (400, [expected])
    assert helix.control.documents(account) == ()
