"""Routing numbers as the vendor judges them, and `/tools/verifyRoutingNumber`."""

from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.books import Books
from bankrails_sandbox.helix.call import Call
from bankrails_sandbox.helix.envelope import Problem, Refused, Reply
from bankrails_sandbox.routing_numbers import passes_aba_check

# Of verifyRoutingNumber, beside the bank's name; the values are made up.
STATUS_CODE, STATUS_MESSAGE = "1", "Active"


def routing_problem(books: Books, routing: str | None, missing_code: int) -> Problem | None:
    """Without Nacha there is no directory, so only the number itself is judged and the magic one is none."""
    if routing is None:
        return Problem(missing_code, codes.ROUTING_MISSING)
    if not (routing.isascii() and routing.isdigit()):
        return codes.ROUTING_NOT_NUMERIC
    if books.program.nacha_enabled and routing == books.directory.magic:
        return None
    if len(routing) != 9 or not passes_aba_check(routing):
        return codes.ROUTING_INVALID
    if books.program.nacha_enabled and books.directory.name_of(routing) is None:
        return codes.ROUTING_UNKNOWN
    return None


def verify_routing_number(books: Books, call: Call) -> Reply:
    """Codes and most fields are inferred: only the names of the fields are public."""
    routing = call.path["routing_number"].strip()
    if problem := routing_problem(books, routing or None, 69203):
        raise Refused(problem)
    return Reply(
        {
            "bankName": books.directory.name_of(routing),
            "achRoutingNumber": routing,
            "statusCode": STATUS_CODE,
            "statusMessage": STATUS_MESSAGE,
            "address": "1 Bank Street",
            "city": "Chicago",
            "state": "IL",
            "postalCode": "60601",
            "phone": "3125550100",
        }
    )
