"""A notice of change from command to event: refused with the code to send back, or told with its number sealed, and its
clock stopped once somebody has applied it. The number itself rests nowhere."""

import logging
from datetime import date, timedelta
from functools import partial

import pytest
from bankrails_clock import ManualClock
from bankrails_contracts.accounts import ExternalAccountCorrected
from bankrails_contracts.message import Service
from bankrails_contracts.payments import BankAccountSuperseded
from bankrails_contracts.settlement import CommandParked, CommandRefused, RecordNotificationOfChange
from bankrails_messaging.sqlite_store import SqliteStore
from bankrails_sealing import SealingKeys, Vault, seal
from bankrails_testkit.engine import Engine
from bankrails_vendor_http.errors import VendorUnavailable
from settlement_watcher.corrected_data import CorrectedData
from settlement_watcher.domain.change_notice import NoticeState
from settlement_watcher.domain.watched_payment import learned
from settlement_watcher.handlers import note_applied_corrections, record_notification_of_change
from settlement_watcher.store.books import StoredBooks
from settlement_watcher.store.repositories import NOTICES, PAYMENTS, REPOSITORIES, SqlReads
from settlement_watcher.vendor.corrections import SealCorrection

ROUTING = "121042882"
PLANTED = "31415926535897932"
DAY = timedelta(days=1)


class Desk:
    """The handlers on an engine, with keys of the service and of its peer."""

    def __init__(self, folder, store, merchants, now, payments, share=True):
        for name in ("own.json", "peer.json", "other.json"):
            SealingKeys.generate(folder / name)
        Vault.generate(folder / "vault.json")
        self.own, self.peer, self.other = (
            SealingKeys.load(folder / name) for name in ("own.json", "peer.json", "other.json")
        )
        self.corrected = CorrectedData(self.own, Vault.load(folder / "vault.json"))
        self.away = False
        self.store = store
        self.payments = payments
        self.clock = ManualClock(now)
        self.engine = Engine(
            self.store,
            handlings=[
                record_notification_of_change.handling(merchants, self.corrected.open, share=share),
                *note_applied_corrections.HANDLINGS,
            ],
            answerings=[record_notification_of_change.ANSWERING],
            calls=[SealCorrection(StoredBooks(self.store).notice, self.corrected.decrypt, self._seal)],
            clock=self.clock,
            service=Service.SETTLEMENT,
            repositories=REPOSITORIES,
            reads=SqlReads,
            refused=CommandRefused,
            parked=CommandParked,
        )

    async def __aenter__(self):
        rows = [PAYMENTS.row(payment) for payment in self.payments]
        await self.store.write(lambda connection: connection.execute(PAYMENTS.table.insert(), rows))
        await self.engine.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.engine.__aexit__(*error)

    async def _seal(self, text):
        if self.away:
            raise VendorUnavailable("read peer's keys", "away")
        return _sealed_to(self.peer, text)

    def command(self, code, data, now, keys=None, **fields):
        return RecordNotificationOfChange.model_validate(
            {
                "merchant_id": "liberty-books",
                "payment_id": "payment",
                "code": code,
                "corrected_data": _sealed_to(keys or self.own, data),
                "received_on": now.date(),
                **fields,
            }
        )

    async def record(self, *commands):
        """The events that answer them."""
        ids = await self.engine.send(*commands)
        await self.engine.until(lambda: all(self.engine.answers(id) for id in ids))
        await self.engine.idle()
        return [answer for id in ids for answer in self.engine.answers(id)]

    async def notices(self):
        def question(connection):
            ids = list(connection.execute(NOTICES.table.select()).scalars())
            return list(NOTICES.get_many(connection, ids).values())

        return await self.store.read(question)


def _sealed_to(keys, text):
    (key,) = keys.jwks()["keys"]
    return seal(text, key)


@pytest.fixture
def payments(an_american, noon):
    """One that has cleared, and one that no bank has."""
    cleared = learned(an_american(bank_account_id="account"), in_settlement_at=noon, cleared_at=noon)
    return [cleared, an_american(id="approved")]


@pytest.fixture
def a_desk(tmp_path, database, merchants, payments, noon):
    return partial(Desk, tmp_path, SqliteStore(database, {}), merchants, noon, payments)


@pytest.fixture
def desk_on_each_store(tmp_path, store, merchants, payments, noon):
    return Desk(tmp_path, store, merchants, noon, payments)


async def test_a_correction_without_a_number_is_told_at_once(a_desk, noon):
    desk = a_desk()
    async with desk:
        (told,) = await desk.record(desk.command("C02", ROUTING, noon))
        (notice,) = await desk.notices()
    assert told.name == "notification-of-change-received"
    assert (told.data["routing_number"], told.data["applies"]) == (ROUTING, True)
    assert (told.data["received_on"], told.data["apply_by"]) == ("2026-03-02", "2026-03-10")
    assert "account_number" not in told.data
    assert (told.subject, told.sequence) == ("payment", 4)
    assert notice.state is NoticeState.OPEN


async def test_an_account_number_travels_sealed_to_accounts_service(desk_on_each_store, noon):
    desk = desk_on_each_store
    async with desk:
        (told,) = await desk.record(desk.command("C07", f"{ROUTING}{PLANTED} 37", noon))
        (notice,) = await desk.notices()
    assert desk.peer.open(told.data["account_number"]) == PLANTED
    assert (told.data["account_masked"], told.data["account_type"]) == ("******7932", "savings")
    assert (notice.state, notice.account_number_encrypted) == (NoticeState.OPEN, None)


async def test_the_number_rests_nowhere_in_the_clear(a_desk, noon, database, caplog):
    """Neither while it waits for the peer's key nor after, in no table, no event and no log line."""
    caplog.set_level(logging.DEBUG)
    desk = a_desk()
    desk.away = True
    async with desk:
        ids = await desk.engine.send(
            desk.command("C01", PLANTED, noon), desk.command("C03", f"{ROUTING} {PLANTED} 9", noon)
        )
        await desk.engine.until(lambda: desk.engine.answers(ids[1]))
        await desk.engine.idle()
        waiting = _everything(database)
        assert (await desk.notices())[0].account_number_encrypted is not None
        desk.away = False
        desk.clock.set(noon + 3 * DAY)
        await desk.engine.until(lambda: desk.engine.answers(ids[0]))
        await desk.engine.idle()
        after = _everything(database)
    events = "".join(item.row.value for item in desk.engine.published)
    assert desk.engine.answers(ids[0])[0].name == "notification-of-change-received"
    for text in (waiting, after, events, caplog.text):
        assert PLANTED not in text
        assert PLANTED[:9] not in text
    assert "******7932" in after


def _everything(database):
    """The database's files byte by byte."""
    files = database.parent.glob(f"{database.name}*")
    return b"".join(path.read_bytes() for path in files).decode("latin-1")


async def test_without_a_peer_the_number_is_told_masked_alone(a_desk, noon):
    desk = a_desk(share=False)
    async with desk:
        (told,) = await desk.record(desk.command("C01", PLANTED, noon))
        (notice,) = await desk.notices()
    assert ("account_number" in told.data, told.data["account_masked"]) == (False, "******7932")
    assert notice.account_number_encrypted is None


@pytest.mark.parametrize(
    ("code", "data", "refuse_as"), [("C02", "000000000", "C65"), ("C01", "12 34", "C65"), ("C05", "99", "C69")]
)
async def test_bad_data_are_refused_with_the_code_to_send_back(code, data, refuse_as, a_desk, noon):
    """Within fifteen days of receipt, or the bank need not take it."""
    desk = a_desk()
    async with desk:
        (told,) = await desk.record(desk.command(code, data, noon))
        assert await desk.notices() == []
    assert (told.name, told.data["code"], told.data["field"]) == ("command-refused", "BAD_CORRECTION", "corrected_data")
    assert told.data["reason"].endswith(f"send it back as {refuse_as} by 2026-03-17")


@pytest.mark.parametrize(
    ("fields", "code", "in_reason"),
    [
        ({"merchant_id": "nobody"}, "UNKNOWN_MERCHANT", ""),
        ({"merchant_id": "maple-books"}, "NOT_OFFERED", "Canadian"),
        ({"payment_id": "another"}, "NOT_FOUND", "C61"),
        ({"received_on": date(2026, 3, 4)}, "INVALID", "not come yet"),
        ({"received_on": date(2026, 3, 1)}, "INVALID", "did not exist"),
    ],
)
async def test_what_it_cannot_be_about_is_refused(fields, code, in_reason, a_desk, noon):
    desk = a_desk()
    async with desk:
        (told,) = await desk.record(desk.command("C02", ROUTING, noon, **fields))
    assert (told.name, told.data["code"]) == ("command-refused", code)
    assert in_reason in told.data["reason"]


async def test_a_notice_about_what_no_bank_has_is_refused(a_desk, noon):
    desk = a_desk()
    async with desk:
        (told,) = await desk.record(desk.command("C02", ROUTING, noon, payment_id="approved"))
    assert (told.data["code"], told.data["state"]) == ("WRONG_STATE", "APPROVED")


async def test_data_sealed_to_somebody_else_are_refused(a_desk, noon):
    desk = a_desk()
    async with desk:
        (told,) = await desk.record(desk.command("C02", ROUTING, noon, keys=desk.other))
    assert (told.data["code"], told.data["field"]) == ("SEALED_TO_UNKNOWN_KEY", "corrected_data")


async def test_the_same_notice_again_is_refused_and_another_one_is_not(a_desk, noon):
    """Sealed anew the ciphertext differs, and it is the same notice all the same."""
    desk = a_desk()
    async with desk:
        await desk.record(desk.command("C01", PLANTED, noon))
        (again,) = await desk.record(desk.command("C01", PLANTED + "   ", noon))
        (other,) = await desk.record(desk.command("C01", "999" + PLANTED[3:], noon))
        assert len(await desk.notices()) == 2
    assert again.data["code"] == "ALREADY_EXISTS"
    assert other.name == "notification-of-change-received"


async def test_a_code_that_changes_nothing_of_the_account_starts_no_clock(a_desk, noon):
    desk = a_desk()
    async with desk:
        told = await desk.record(desk.command("C09", "42", noon), desk.command("C13", "CTX", noon))
        states = {item.state for item in await desk.notices()}
    assert [(item.data["applies"], item.data.get("individual_id")) for item in told] == [(False, "42"), (False, None)]
    assert states == {NoticeState.NOTED}


CORRECTED = {
    "user_id": "user",
    "account": {"country": "US", "routing_number": ROUTING, "account_number": "eyJh.a.b.c.d"},
    "account_type": "checking",
    "account_masked": "******7932",
    "holder": {"holder_type": "business", "company_name": "Liberty"},
}


def corrected(external_account_id, code):
    fields = CORRECTED | {"external_account_id": external_account_id, "code": code}
    return ExternalAccountCorrected.model_validate(fields)


async def test_the_clock_stops_when_accounts_service_has_applied_it(desk_on_each_store, noon):
    """By code: another correction of the same account is still open."""
    desk = desk_on_each_store
    async with desk:
        await desk.record(desk.command("C02", ROUTING, noon), desk.command("C05", "37", noon))
        await desk.engine.hear(("e1", corrected("another", "C02")), ("e2", corrected("external", "C02")))
        await desk.engine.idle()
        states = {item.code: item.state for item in await desk.notices()}
        await desk.engine.hear(("e3", corrected("external", "C02")))
        await desk.engine.idle()
        assert {item.code: item.state for item in await desk.notices()} == states
    assert states == {"C02": NoticeState.APPLIED, "C05": NoticeState.OPEN}


async def test_the_clock_stops_when_a_corrected_account_has_taken_its_place(a_desk, noon):
    """At the vendor a correction is a new bank account; an account that accounts-service does not know ends so."""
    desk = a_desk()
    event = {"bank_account_id": "account", "payer_id": "payer", "superseded_by": "new"}
    async with desk:
        await desk.record(desk.command("C02", ROUTING, noon), desk.command("C05", "37", noon))
        await desk.engine.hear(
            ("e1", BankAccountSuperseded.model_validate(event | {"merchant_id": "maple-books"})),
            (
                "e2",
                BankAccountSuperseded.model_validate(event | {"merchant_id": "liberty-books", "bank_account_id": "x"}),
            ),
        )
        await desk.engine.idle()
        assert {item.state for item in await desk.notices()} == {NoticeState.OPEN}
        await desk.engine.hear(("e3", BankAccountSuperseded.model_validate(event | {"merchant_id": "liberty-books"})))
        await desk.engine.idle()
        assert {item.state for item in await desk.notices()} == {NoticeState.APPLIED}
