"""`externalAccountDocument/upload`: papers that prove whose an account is, for a person at the vendor to look at."""

import base64
import binascii

from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.changes import account_of_write
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.helix.payload import text
from bankrails_sandbox.helix.records import Document

REQUIRED = ("documentType", "documentName", "documentContent", "reasonType")


def upload(books: Books, call: Call) -> Reply:
    """No data in the answer. The paper itself is not kept, only how large it was."""
    unknown = Problem(books.assumptions.unknown_account_document_code, "The external account is unknown.")
    account = account_of_write(books, call, unknown)
    missing = [field for field in REQUIRED if text(call.body, field) is None]
    code = books.assumptions.unusable_body_code
    if missing:
        raise Refused(*(Problem(code, f"{field} is required.") for field in missing))
    try:
        content = base64.b64decode(call.body["documentContent"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Problem(code, "documentContent must be base64.")) from error
    kind, name, reason = (call.body[field] for field in ("documentType", "documentName", "reasonType"))
    account.documents.append(Document(kind, name, reason, len(content), call.now))
    books.record("document_uploaded", account, call.now, call.id)
    return Reply()
