"""What all messages of payments-service share: the states, and the answers of every service."""

from enum import StrEnum

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Service


class PaymentState(StrEnum):
    """The one vocabulary of states, in code, events, metrics and documents (ARCHITECTURE.md)."""

    ACCEPTED = "ACCEPTED"
    SUBMITTING = "SUBMITTING"
    UNKNOWN = "UNKNOWN"
    AWAITING_MANDATE = "AWAITING_MANDATE"
    APPROVED = "APPROVED"
    IN_SETTLEMENT = "IN_SETTLEMENT"
    CLEARED = "CLEARED"
    RETURNED = "RETURNED"
    CONTESTED = "CONTESTED"
    CANCELLED = "CANCELLED"
    VOIDED = "VOIDED"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"
    FINAL = "FINAL"


class PaymentsCommand(Command):
    service = Service.PAYMENTS
    merchant_id: Id


class PaymentsEvent(Event):
    service = Service.PAYMENTS
    merchant_id: Id


class CommandRefused(answers.CommandRefused):
    service = Service.PAYMENTS
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.PAYMENTS
    aggregate_field = "command_id"
