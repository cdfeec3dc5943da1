"""The answer to a command about a connection that is not there."""

from bankrails_contracts.answers import RefusalCode
from bankrails_messaging.decisions import Refusal

NO_SUCH_CONNECTION = Refusal(RefusalCode.NOT_FOUND, "there is no such connection", field="connection_id")
