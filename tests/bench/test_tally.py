"""What the benchmark takes for lost, doubled and out of order."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from bankrails_bench.events import APPROVED, Tally
from bankrails_bench.load import Payment
from bankrails_bench.measures import Ending


class Record:
    """What a tally uses of a consumed record."""

    def __init__(self, event_id: str, *, sequence: int | None = None, repeat: int = 0, subject: str = "pay-1") -> None:
        headers = {
            "ce_id": event_id,
            "ce_type": APPROVED,
            "ce_subject": subject,
            "ce_causationid": f"{subject}#{repeat}",
            "ce_sequence": None if sequence is None else str(sequence),
        }
        self._headers = [(name, None if text is None else text.encode()) for name, text in headers.items()]

    def headers(self) -> list[tuple[str, bytes | None]]:
        return self._headers

    def timestamp(self) -> tuple[int, int]:
        return 1, 1_000


def tally_of(*records: Any) -> Tally:
    tally = Tally()
    for record in records:
        tally.add(record)
    return tally


PAYMENTS = [Payment("pay-1", 0, 0, 1_000), Payment("pay-2", 1, 1, 1_000)]


def test_a_payment_without_an_approval_is_lost():
    """Speed counts what came out; this counts what did not."""
    assert Ending.of(PAYMENTS, tally_of(Record("e1")), {}).lost == 1


def test_a_record_that_comes_again_under_its_id_is_one_event():
    """At least once is what is promised; a consumer drops it."""
    ending = Ending.of(PAYMENTS[:1], tally_of(Record("e1", sequence=1), Record("e1", sequence=1)), {})
    assert ending.clean


def test_two_approvals_under_different_ids_are_one_too_many():
    """A consumer that drops repeats by id books both."""
    assert Ending.of(PAYMENTS[:1], tally_of(Record("e1"), Record("e2")), {}).approved_twice == 1


def test_two_debits_of_one_intent_are_one_too_many():
    """The stub's books, not our events, say what became of the money."""
    assert Ending.of(PAYMENTS[:1], tally_of(Record("e1")), {PAYMENTS[0].intent: 2}).debited_twice == 1


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([Record("e1", sequence=1), Record("e2", sequence=3)], id="a gap"),
        pytest.param([Record("e2", sequence=2), Record("e1", sequence=1)], id="back"),
        pytest.param([Record("e1", repeat=1), Record("e2", repeat=0)], id="the second command answered first"),
    ],
)
def test_what_a_reader_of_one_key_must_not_see_is_counted(records: list[Any]):
    """Order per key is half of the comparison."""
    assert tally_of(*records).order_violations > 0


def test_other_keys_may_come_in_any_order():
    """Keys know nothing of each other."""
    tally = tally_of(Record("e1", sequence=1, subject="pay-2"), Record("e2", sequence=1), Record("e3", sequence=2))
    assert tally.order_violations == 0
