"""What the vendor answers, and the four shapes in which it says no.

Source: devdocs.helcim.com/docs/errors-and-error-handling; which family uses which shape: Helcim OpenAPI.
"""

from enum import Enum

from bankrails_sandbox.vendor_api import Refused, Reply


class ErrorShape(Enum):
    """In which of the shapes an endpoint family speaks of a payload that it cannot use."""

    TEXT = "A"
    MESSAGE = "D"


def text_error(status: int, text: str) -> Refused:
    """Shape A: authentication and limits, on any endpoint."""
    return Refused(Reply(status, {"errors": text}))


def field_errors(errors: dict[str, str]) -> Refused:
    """Shape B: validation of customers. Keys name request fields."""
    return Refused(Reply(400, {"errors": errors}))


def list_error(text: str) -> Refused:
    """Shape C: the default answer of the customer and bank-account reads."""
    return Refused(Reply(400, {"errors": [text]}))


def message_error(text: str, status: int = 400) -> Refused:
    """Shape D: everything under /ach, bank-account writes and PADs."""
    return Refused(Reply(status, {"message": text}))


def shaped_error(shape: ErrorShape, status: int, text: str) -> Refused:
    return message_error(text, status) if shape is ErrorShape.MESSAGE else text_error(status, text)
