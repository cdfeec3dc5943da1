"""What all messages of settlement-watcher share, and the answers of every service."""

from bankrails_contracts import answers
from bankrails_contracts.ids import Id
from bankrails_contracts.message import Command, Event, Service
from bankrails_contracts.money import Money


class SettlementCommand(Command):
    service = Service.SETTLEMENT
    merchant_id: Id


class SettlementEvent(Event):
    service = Service.SETTLEMENT
    merchant_id: Id


class WatchedEvent(SettlementEvent):
    payment_id: Id
    vendor_payment_id: str
    external_account_id: Id | None = None
    amount: Money


class CommandRefused(answers.CommandRefused):
    service = Service.SETTLEMENT
    aggregate_field = "aggregate_id"


class CommandParked(answers.CommandParked):
    service = Service.SETTLEMENT
    aggregate_field = "command_id"
