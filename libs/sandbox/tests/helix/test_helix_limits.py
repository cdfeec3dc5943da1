"""How many accounts, how many archives a day, how many calls a second."""

import dataclasses
from datetime import UTC, datetime

import pytest
from bankrails_sandbox import FaultKind
from bankrails_sandbox.helix.assumptions import Assumptions, Limits
from bankrails_sandbox.helix.program import HelixConfig, Program
from bankrails_sandbox.helix.records import Status

DAY = 86_400
COMPANY = {"customerId": 1002, "type": "Business Checking", "businessName": "Example Company"}


def codes(answer) -> list[int]:
    return [error["code"] for error in answer.json()["errors"]]


@pytest.fixture
def full(helix):
    for _ in range(3):
        helix.created()
    return helix


def test_the_fourth_account_is_refused_and_the_limit_can_be_read(full) -> None:
    """The client must not retry: beyond it only a person can go."""
    program = full.call("GET", "/program/get").json()["data"]
    assert program["perUserExternalAccountCountMax"] == 3
    assert (codes(full.create()), codes(full.initiate())) == ([62001], [62609])
    assert "3" in full.create().json()["errors"][0]["message"]
    assert full.create(**COMPANY).status_code == 200


def test_beyond_the_limit_only_an_administrator_goes(full) -> None:
    """And of a general ledger account nobody else can speak at all."""
    body = {"customerId": 1001, "accountNumber": "77", "routingNumber": "021000021", "type": "General Ledger"}
    account = full.control.create_as_admin(body)
    assert (account.status, full.get(account.id)["type"]) == (Status.VERIFIED, "General Ledger")
    assert codes(full.create()) == [62001]


def test_unverified_and_locked_ones_count_denied_and_expired_ones_do_not(helix, sandbox) -> None:
    """A failed attempt takes a place for ten days, or until a person looks at it."""
    first, second, _ = helix.initiated(), helix.initiated(), helix.initiated()
    for _ in range(3):
        helix.verify(first, 0.01, 0.02)
    assert helix.get(first)["status"] == "VerifyLocked"
    assert codes(helix.initiate()) == [62609]
    helix.control.deny(second)
    assert helix.initiate().status_code == 200
    assert codes(helix.initiate()) == [62609]
    sandbox.control.advance(seconds=10 * DAY)
    for _ in range(2):
        assert helix.initiate().status_code == 200
    assert codes(helix.initiate()) == [62609]


def test_archiving_frees_a_place_unless_the_account_moved_money_lately(full, sandbox) -> None:
    """For 90 calendar days after the last settlement, in the program's zone."""
    used, unused = 4001, 4002
    full.control.money_moved(used)
    for account in (used, unused):
        full.act("archive", account)
    assert full.create().status_code == 200
    assert codes(full.create()) == [62001]
    sandbox.control.advance(seconds=90 * DAY)
    assert codes(full.create()) == [62001]
    sandbox.control.advance(seconds=DAY)
    assert full.create().status_code == 200


def test_the_last_settlement_counts_not_the_first(full, sandbox) -> None:
    """Reported in any order."""
    now = sandbox.control.clock().now
    full.control.money_moved(4001, settled_at=now)
    full.control.money_moved(4001, settled_at=datetime(2001, 1, 1, tzinfo=UTC))
    full.act("archive", 4001)
    assert codes(full.create()) == [62001]


def test_three_archives_a_day_until_five_in_the_morning_of_the_program(helix, sandbox) -> None:
    """Archiving and opening in turns is what fraud looks like, so create is refused as well."""
    # 23:30 in Chicago, where daylight saving has begun.
    later = sandbox.control.clock().now
    sandbox.control.advance(to=datetime(later.year + 1, 4, 2, 4, 30, tzinfo=UTC))
    for _ in range(3):
        assert helix.act("archive", helix.created()).status_code == 200
    assert codes(helix.create()) == [62004]
    helix.control.switch_program(archives_per_day=4)
    fourth = helix.created()
    helix.control.switch_program(archives_per_day=3)
    assert codes(helix.act("archive", fourth)) == [62004]
    assert helix.create(**COMPANY).status_code == 200
    sandbox.control.advance(seconds=5 * 3600)
    assert codes(helix.act("archive", fourth)) == [62004]
    sandbox.control.advance(seconds=1800)
    assert helix.act("archive", fourth).status_code == 200


def test_fifteen_calls_a_second(helix, sandbox) -> None:
    """On a clock that stands still the second ends when the clock is moved; the refused call has no effect."""
    helix.control.switch_program(throttled=True)
    sandbox.control.advance(seconds=1)
    answers = [helix.call("GET", "/program/get") for _ in range(15)]
    assert {answer.status_code for answer in answers} == {200}
    told = ["throttle" in answer.json() for answer in answers]
    assert told == [False] * 12 + [True] * 3
    assert answers[-1].json()["throttle"]["requestsRemainingInPeriod"] == 0

    refused = helix.create()
    body = refused.json()
    assert (refused.status_code, codes(refused), body["status"]) == (429, [50429], 429)
    ends_at = datetime.fromisoformat(body["throttle"].pop("periodEndsAt"))
    assert body["throttle"] == {
        "periodLengthInSeconds": 1,
        "periodRequestLimit": 15,
        "requestsRemainingInPeriod": 0,
        "warningThreshold": 0.2,
    }
    now = sandbox.control.clock().now
    assert 0 < (ends_at - now).total_seconds() <= 1
    sandbox.control.advance(to=ends_at)
    assert helix.create().status_code == 200
    assert len(helix.control.effects()) == 1


def test_unknown_callers_use_up_nothing_and_a_planted_429_looks_the_same(helix, sandbox) -> None:
    """Another's wrong password must not slow us down."""
    helix.control.switch_program(throttled=True)
    sandbox.control.advance(seconds=1)
    for _ in range(20):
        assert helix.call("GET", "/program/get", auth=("example1", "wrong")).status_code == 401
    assert helix.call("GET", "/program/get").status_code == 200
    helix.control.fault(FaultKind.STATUS, status=429, times=1)
    planted = helix.call("GET", "/program/get")
    assert (planted.status_code, codes(planted)) == (429, [50429])
    assert planted.json()["throttle"]["requestsRemainingInPeriod"] == 0


def test_what_is_assumed_can_be_switched(fresh_helix) -> None:
    """Each guess of ours, the other way round."""
    helix = fresh_helix(
        HelixConfig(
            dataclasses.replace(Program(), external_accounts_max=2, archives_per_day=1, time_zone="Asia/Tokyo"),
            limits=Limits(per_period=100, period_seconds=60, warning_threshold_percent=99),
            assumptions=Assumptions(
                settled_days_counted=1,
                archive_day_begins="00:00",
                archive_limit_on_archive=False,
                archive_limit_on_create=False,
            ),
        )
    )
    first, second = helix.created(), helix.created()
    assert codes(helix.create()) == [62001]
    helix.control.money_moved(first)
    for account in (first, second):
        assert helix.act("archive", account).status_code == 200
    assert helix.create().status_code == 200
    assert codes(helix.create()) == [62001]
    helix.sandbox.control.advance(seconds=2 * DAY)
    answer = helix.create()
    assert answer.status_code == 200
    assert answer.json()["errors"] == []
    assert helix.call("GET", "/program/get").json()["throttle"]["periodLengthInSeconds"] == 60
