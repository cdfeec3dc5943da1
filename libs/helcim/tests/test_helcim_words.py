"""Numbers, amounts and times as the vendor writes them: read exactly or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import httpx2
import pytest
from bankrails_contracts.money import AMOUNT_MINOR_MAX, Currency
from bankrails_helcim import mapping
from bankrails_helcim.bodies import withdraw_body
from bankrails_helcim.mapping import AuthStatus, BatchStatus, ClearingStatus, PadState, TransactionType
from bankrails_helcim.money import cents, dollars
from bankrails_helcim.mountain_time import MOUNTAIN_TIME, read_date, read_instant, wall_date
from bankrails_vendor_http.json_api import read_json
from hypothesis import example, given
from hypothesis import strategies as st

WORDS = [
    (mapping.auth_status, {1: "APPROVED", 2: "DECLINED", 3: "IN_PROGRESS", 4: "CANCELLED", 5: "PENDING"}, AuthStatus),
    (
        mapping.clearing_status,
        {0: "OPENED", 1: "CLEARED", 2: "REJECTED", 3: "CONTESTED", 4: "RETURNED"},
        ClearingStatus,
    ),
    (mapping.batch_status, {1: "OPEN", 2: "CLOSED"}, BatchStatus),
    (
        mapping.transaction_type,
        {1: "WITHDRAWAL", 2: "DEPOSIT", 3: "SETTLE", 4: "REVERSE", 5: "REFUND"},
        TransactionType,
    ),
    (mapping.account_type, {1: "CHECKING", 2: "SAVINGS"}, mapping.AccountType),
    (mapping.holder, {1: "PERSONAL", 2: "CORPORATE"}, mapping.Holder),
    (mapping.pad_type, {1: "PERSONAL", 2: "BUSINESS"}, mapping.PadType),
]
STRANGE = [-1, 6, 99, 10**30, "", " ", "6", "²", "٣", "1.0", "SETTLED", "UNRECOGNISED", "UNKNOWN", "9" * 5000]


@pytest.mark.parametrize(("read", "words", "ours"), WORDS, ids=lambda part: getattr(part, "__name__", ""))
def test_every_documented_word_is_read_as_number_text_and_name(read, words, ours):
    """Bodies carry numbers, filters and older endpoints names. The table is written out a second time here."""
    for number, name in words.items():
        assert read(number) is read(str(number)) is read(name) is read(name.lower()) is ours(name)
    assert {ours(name) for name in words.values()} | {ours.UNRECOGNISED} == set(ours)


@pytest.mark.parametrize("strange", STRANGE, ids=lambda word: repr(word)[:12])
@pytest.mark.parametrize(("read", "words", "ours"), WORDS, ids=lambda part: getattr(part, "__name__", ""))
def test_an_unknown_word_is_never_taken_for_a_known_one(read, words, ours, strange):
    """Guessed "settled", money would be paid out that never came."""
    assert read(strange) is ours.UNRECOGNISED


def answer(body):
    return httpx2.Response(200, json=body)


async def test_an_unknown_word_is_kept_beside_our_reading(vendor, access, samples):
    """Somebody has to see it to teach it to us; the rest of the row stays readable."""
    row = {**samples["transactions.openapi"].body[0], "statusAuth": 7, "statusClearing": "SHINY"}
    debit = await vendor(answer({"transaction": row})).client.get_transaction(access, 109361)
    assert (debit.auth, debit.status_auth) == (AuthStatus.UNRECOGNISED, 7)
    assert (debit.clearing, debit.status_clearing) == (ClearingStatus.UNRECOGNISED, "SHINY")
    assert debit.amount_minor == 1000


def test_a_pad_permits_debits_in_one_pair_of_numbers_only():
    """Accepted and active. Active and never accepted is no pair of the guide's, and permits nothing."""
    pairs = {(accepted, status): mapping.pad_state(accepted, status) for accepted in (0, 1, 2) for status in (1, 2, 3)}
    assert {pair: state for pair, state in pairs.items() if state is not PadState.UNRECOGNISED} == {
        (0, 2): PadState.NOT_ACCEPTED,
        (1, 1): PadState.ACTIVE,
        (1, 2): PadState.REVOKED,
        (0, 1): PadState.CONTRADICTORY,
    }
    assert mapping.pad_state("1", "1") is PadState.ACTIVE
    assert mapping.pad_state("yes", 1) is PadState.UNRECOGNISED


def test_currencies_outside_the_suite_are_not_ours():
    """1 and 2 are all that the vendor has."""
    assert [mapping.currency(word) for word in (1, 2, "cad", "USD", 3, "EUR", "")] == [
        Currency.CAD,
        Currency.USD,
        Currency.CAD,
        Currency.USD,
        None,
        None,
        None,
    ]


@given(st.integers(0, AMOUNT_MINOR_MAX))
@example(4995)
@example(1)
@example(AMOUNT_MINOR_MAX)
def test_every_amount_survives_the_way_to_the_wire_and_back(amount_minor):
    """49.95 read as a float and multiplied by a hundred is 4995.000000000001 on a good day."""
    assert cents(read_json(dollars(amount_minor).encode())) == amount_minor


@pytest.mark.parametrize(
    ("written", "amount_minor"),
    [("10", 1000), ("10.0", 1000), ("79.99", 7999), ("1e2", 10000), ("0.1e1", 100), ('"49.95"', 4995), ("-5", -500)],
)
def test_an_amount_is_read_in_every_form_of_a_json_number(written, amount_minor):
    """The vendor's own samples write 10, 11.99 and 120.5."""
    assert cents(read_json(written.encode())) == amount_minor


@pytest.mark.parametrize(
    "amount",
    [
        Decimal("0.001"),
        Decimal("10.00000000000000000000000000000000001"),
        Decimal("1e-999999"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1e999999999"),
        True,
        None,
        [],
        "ten",
        "",
    ],
)
def test_what_is_not_an_exact_number_of_cents_is_not_an_amount(amount):
    """Rounded, it would match some other payment."""
    with pytest.raises(ValueError, match="amount"):
        cents(amount)


@pytest.mark.parametrize("content", [b'{"amount": NaN}', b"[Infinity]", b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_not_json_is_a_value_error(content):
    """Python's reader lets three words of its own pass, and breaks in other ways on endless nesting."""
    with pytest.raises(ValueError, match=r".+"):
        read_json(content)


@pytest.mark.parametrize("amount_minor", [0, -1, AMOUNT_MINOR_MAX + 1])
def test_a_debit_of_nothing_or_too_much_is_never_written(amount_minor):
    """A rule above has failed by then."""
    with pytest.raises(ValueError, match=r"debit|amount"):
        withdraw_body(customer_id=1, bank_account_id=2, amount_minor=amount_minor, currency=Currency.USD)


@pytest.mark.parametrize(("currency", "number"), [(Currency.CAD, 1), (Currency.USD, 2)])
def test_the_currency_travels_as_its_number(currency, number):
    """A wrong one is answered with a sentence about the bank account's country."""
    body = read_json(withdraw_body(customer_id=1, bank_account_id=2, amount_minor=100, currency=currency))
    assert body == {"bankAccountId": 2, "customerId": 1, "amount": Decimal("1.00"), "currencyId": number}


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2024-04-17 12:03:11", datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)),
        ("2024-01-17 12:03:11", datetime(2024, 1, 17, 19, 3, 11, tzinfo=UTC)),
        ("2024-11-03 01:30:00", datetime(2024, 11, 3, 7, 30, tzinfo=UTC)),
        ("2024-04-17T12:03:11Z", datetime(2024, 4, 17, 12, 3, 11, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("0000-00-00", None),
        ("", None),
        (None, None),
    ],
)
def test_a_time_is_read_as_mountain_time_and_zeros_as_never(written, instant):
    """Summer, winter, and the hour that comes twice, of which the first is taken."""
    assert read_instant(written, MOUNTAIN_TIME) == instant


@pytest.mark.parametrize("written", ["yesterday", "2024-13-01 00:00:00", "17/04/2024"])
def test_a_time_that_is_none_is_an_error_and_not_never(written):
    """ "Never" would say that no PAD was revoked."""
    with pytest.raises(ValueError, match=r".+"):
        read_instant(written, MOUNTAIN_TIME)


def test_the_vendors_date_is_the_one_on_its_wall():
    """A debit made at 05:00 UTC is found under the day before."""
    assert wall_date(datetime(2024, 4, 18, 5, tzinfo=UTC), MOUNTAIN_TIME) == date(2024, 4, 17)
    assert read_date("2024-04-17 23:00:00") == date(2024, 4, 17)
    assert read_date("0000-00-00 00:00:00") is None


async def test_another_mountain_time_can_be_configured(vendor, access, samples):
    """Which one the vendor means is not documented, and they part in the winter of 2026."""
    zone = ZoneInfo("Etc/GMT+6")
    debit = await vendor(samples["withdraw.guide"], zone=zone).client.get_transaction(access, 1)
    assert debit.created_at == datetime(2024, 4, 17, 18, 3, 11, tzinfo=UTC)
    winter = {**samples["transactions.openapi"].body[0], "dateCreated": "2026-12-01 12:00:00"}
    client = vendor(answer({"transaction": winter}), zone=zone).client
    assert (await client.get_transaction(access, 1)).created_at == datetime(2026, 12, 1, 18, tzinfo=UTC)
