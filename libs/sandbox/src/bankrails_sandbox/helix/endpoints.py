"""Every endpoint that is served. Paths are below the vendor's base and are matched whatever their case."""

from collections.abc import Callable
from typing import Any

from bankrails_sandbox import vendor_api
from bankrails_sandbox.exact_json import parse_json
from bankrails_sandbox.helix import changes, documents, opening, reading, routing, transactions, transfers, verification
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply, envelope
from bankrails_sandbox.helix.vendor import HelixVendor

Endpoint = vendor_api.Endpoint[HelixVendor]


def endpoint(operation: str, method: str, path: str, handle: Callable[[Books, Call], Reply]) -> Endpoint:
    """A refusal is an answer like any other, and can be lost on its way: a wrong amount has cost an attempt."""

    def handled(vendor: HelixVendor, call: vendor_api.Call) -> vendor_api.Reply:
        try:
            body = _object(call.raw, vendor.books.assumptions.unusable_body_code) if method == "POST" else {}
            reply = handle(vendor.books, Call(call.id, call.now, call.path, call.parameters(), body))
        except Refused as refused:
            reply = refused.reply
        return envelope(reply, call.id, vendor.throttle_report())

    return vendor_api.Endpoint(operation, method, path, handled)


def _object(raw: bytes, unusable_code: int) -> dict[str, Any]:
    try:
        body = parse_json(raw)
    except ValueError as error:
        raise Refused(Problem(unusable_code, "The body is not JSON.")) from error
    if not isinstance(body, dict):
        raise Refused(Problem(unusable_code, "The body is not a JSON object."))
    return body


ENDPOINTS = (
    endpoint("create", "POST", "/externalAccount/create", opening.create),
    endpoint("initiate", "POST", "/externalAccount/initiate", opening.initiate),
    endpoint("verify", "POST", "/externalAccount/verify", verification.verify),
    endpoint("get", "GET", "/externalAccount/get/{customer_id}/{account_id}", reading.get),
    # A tag may hold a slash.
    endpoint("get-by-tag", "GET", "/externalAccount/getByTag/{customer_id}/{tag:path}", reading.get_by_tag),
    endpoint("list", "GET", "/externalAccount/list/{customer_id}", reading.list_accounts),
    # Older SDKs send the id of an account too; it narrows nothing.
    endpoint("list", "GET", "/externalAccount/list/{customer_id}/{account_id}", reading.list_accounts),
    endpoint("update", "POST", "/externalAccount/update", changes.update),
    endpoint("archive", "POST", "/externalAccount/archive", changes.archive),
    endpoint("lock", "POST", "/externalAccount/lock", changes.lock),
    endpoint("unlock", "POST", "/externalAccount/unlock", changes.unlock),
    endpoint(
        "verify-routing-number", "GET", "/tools/verifyRoutingNumber/{routing_number}", routing.verify_routing_number
    ),
    endpoint("get-program", "GET", "/program/get", reading.get_program),
    endpoint("upload-document", "POST", "/externalAccountDocument/upload", documents.upload),
    endpoint("create-transfer", "POST", "/transfer/create", transfers.create_transfer),
    endpoint("void-transfer", "POST", "/transfer/void", transfers.void_transfer),
    endpoint("get-transaction", "GET", "/transaction/get/{customer_id}/{transaction_id}", transactions.get_transaction),
    endpoint(
        "get-transaction-by-tag",
        "GET",
        "/transaction/getByTag/{customer_id}/{tag:path}",
        transactions.get_transaction_by_tag,
    ),
    endpoint(
        "list-transactions",
        "GET",
        "/transaction/list/{customer_id}/{account_id}/{status}/{begin}/{end}",
        transactions.list_transactions,
    ),
)
OPERATIONS = frozenset(each.operation for each in ENDPOINTS)
