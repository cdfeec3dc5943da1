"""What the bank shows of a person, or why it does not."""

from dataclasses import replace
from datetime import datetime

from bankrails_contracts.answers import RefusalCode
from bankrails_contracts.auth import BankDataFetched, BankProfile, CommandRefused, FetchBankData, FoundAccount
from bankrails_messaging.decisions import Answering, Decision, Outcome, Result
from bankrails_messaging.refusals import code_after_read, refused

from auth_service.domain.connection import Connection, ConnectionState
from auth_service.domain.login import Step
from auth_service.domain.vendors import BY_VENDOR, Call
from auth_service.handlers.fetch_bank_data import fetching
from auth_service.handlers.login_steps import GIVEN_UP_AFTER, after_step
from auth_service.handlers.record_login_step import load


def decide(outcome: Outcome, connection: Connection, now: datetime) -> Decision:
    if outcome.result is not Result.ANSWERED:
        return _refused(outcome, connection, code_after_read(outcome.result), outcome.reason)
    answer = outcome.answer
    if "challenged" in answer:
        if not _newest(outcome, connection):
            said = "the bank asked the person something first, and the login has gone on since"
            return _refused(outcome, connection, RefusalCode.WRONG_STATE, said)
        # What was asked for is fetched once the person has answered.
        asked_again = replace(connection, fetch_bank_data=True)
        return after_step(asked_again, Step.model_validate(answer["challenged"]), now, reading=False)
    if "asked_for" in answer:
        return _later(outcome, connection, answer["asked_for"], now)
    event = BankDataFetched(
        connection_id=connection.id,
        user_id=connection.user_id,
        vendor=connection.vendor,
        institution=connection.institution,
        country=connection.country,
        fetched_at=now,
        profile=BankProfile.model_validate(answer["profile"]),
        accounts=tuple(FoundAccount.model_validate(account) for account in answer["accounts"]),
        link_accounts=connection.linking,
    )
    return Decision(connection, (event,))


def _newest(outcome: Outcome, connection: Connection) -> bool:
    """Whether nothing newer can be known: a challenge since then, answered or not, has made this reading old."""
    asked_since = connection.challenge_round != outcome.payload["challenge_round"]
    return connection.state is ConnectionState.CONNECTED and not asked_since


def _later(outcome: Outcome, connection: Connection, asked_for: list[str], now: datetime) -> Decision:
    since = datetime.fromisoformat(outcome.payload["since"])
    if now - since >= GIVEN_UP_AFTER:
        return _refused(outcome, connection, RefusalCode.VENDOR_UNAVAILABLE, "the bank data did not come in time")
    due_at = now + BY_VENDOR[connection.vendor].read_every
    if asked_for == outcome.payload["asked_for"]:
        return Decision(again_at=due_at)
    return Decision(connection, work=(fetching(connection, asked_for, since=since, due_at=due_at),))


def _refused(outcome: Outcome, connection: Connection, code: RefusalCode, reason: str) -> Decision:
    return refused(CommandRefused, outcome, FetchBankData, connection, code=code, reason=f"bank data: {reason}")


ANSWERINGS = [Answering(traits.kind(Call.FETCH), FetchBankData, load, decide) for traits in BY_VENDOR.values()]
