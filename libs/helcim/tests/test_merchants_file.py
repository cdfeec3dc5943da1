"""The merchants file: tokens, declared rights, and reading it again while it is in use."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from bankrails_clock import ManualClock
from bankrails_helcim.connections import HelcimConnections, connect
from bankrails_helcim.merchants_file import MerchantsUnusable, read_merchants
from bankrails_helcim.merchants_watch import MerchantsWatch
from bankrails_helcim.tokens import General, Processing, TokenName
from bankrails_vendor_http.budget import Quota
from prometheus_client import CollectorRegistry

GENERAL, WITHDRAW, REFUND = "general-token-1111", "withdraw-token-2222", "refund-token-3333"
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
Logged = list[dict[str, Any]]


def entry(**more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "maple",
        "country": "CA",
        "currency": "CAD",
        "time_zone": "America/Edmonton",
        "tokens": {"general": GENERAL, "withdraw": WITHDRAW},
    }
    return made | more


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "merchants.json"


@pytest.fixture
def write(file: Path) -> Callable[..., None]:
    def write(*entries: dict[str, Any]) -> None:
        file.write_text(json.dumps({"merchants": entries}))

    return write


@pytest.fixture
def logged() -> Iterator[Logged]:
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


def test_without_a_refund_token_the_withdraw_token_serves(file: Path, write: Callable[..., None]) -> None:
    """With its declared rights, which then say that it cannot refund."""
    write(entry(rights={"withdraw": {"processing": "positive"}}))
    held = read_merchants(file)["maple"].held
    assert (held[TokenName.REFUND].value, held[TokenName.REFUND].processing) == (WITHDRAW, Processing.POSITIVE)


def test_each_token_has_the_rights_that_are_declared_for_it(file: Path, write: Callable[..., None]) -> None:
    """Nothing declared of one token says anything of another."""
    write(
        entry(
            tokens={"general": GENERAL, "withdraw": WITHDRAW, "refund": REFUND},
            rights={"general": {"general": "read_write"}, "refund": {"processing": "admin", "general": "none"}},
        )
    )
    held = read_merchants(file)["maple"].held
    assert [(held[name].processing, held[name].general) for name in TokenName] == [
        (None, General.READ_WRITE),
        (None, None),
        (Processing.ADMIN, General.NONE),
    ]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"rights": {"withdraw": {"processing": "everything"}}}, "rights.withdraw.processing"),
        ({"rights": {"refund": {"processing": "admin"}}}, "no refund token"),
        ({"tokens": {"general": GENERAL, "withdraw": WITHDRAW, "refund": "two words"}}, "tokens.refund"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    file: Path, write: Callable[..., None], changed: dict[str, Any], says: str
) -> None:
    """One line, and no token in it."""
    write(entry(**changed))
    with pytest.raises(MerchantsUnusable, match=says) as caught:
        read_merchants(file)
    assert not any(token in str(caught.value) for token in (GENERAL, WITHDRAW, "two words"))


@pytest.fixture
async def connections(file: Path, write: Callable[..., None]) -> AsyncIterator[HelcimConnections]:
    write(entry())
    async with AsyncExitStack() as stack:
        yield await connect(
            stack, "http://127.0.0.1:1/v2", read_merchants(file), Quota(5, 100, 3_000), 1.0, ManualClock(START)
        )


@pytest.fixture
def rotated() -> list[str]:
    return []


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def watch(
    file: Path, connections: HelcimConnections, rotated: list[str], registry: CollectorRegistry
) -> MerchantsWatch:
    return MerchantsWatch(file, connections, rotated.append, registry)


def test_a_rotation_is_in_use_from_the_next_call_on(
    connections: HelcimConnections, watch: MerchantsWatch, write: Callable[..., None], rotated: list[str]
) -> None:
    """Whoever holds the mappings asks again at each call, so nothing needs a restart."""
    watch.look()
    assert rotated == []
    write(entry(tokens={"general": GENERAL, "withdraw": "new-withdraw-token-5555", "refund": REFUND}))
    watch.look()
    assert rotated == ["maple"]
    assert connections.processing["maple"].token == "new-withdraw-token-5555"
    assert connections.refunding["maple"].token == REFUND
    assert connections.general["maple"].token == GENERAL


def test_a_file_that_cannot_be_used_leaves_what_is_in_use(
    connections: HelcimConnections,
    watch: MerchantsWatch,
    file: Path,
    write: Callable[..., None],
    registry: CollectorRegistry,
    rotated: list[str],
    logged: Logged,
) -> None:
    """A slip in an editor must not stop the money; somebody hears of it once, and of the next slip again."""
    file.write_text('{"merchants": [')
    watch.look()
    watch.look()
    assert [line["event"] for line in logged] == ["merchants.unusable"]
    assert registry.get_sample_value("bankrails_merchants_file_unusable") == 1
    assert connections.processing["maple"].token == WITHDRAW
    file.unlink()
    watch.look()
    assert len(logged) == 2
    write(entry(tokens={"general": GENERAL, "withdraw": "new-withdraw-token-5555"}))
    watch.look()
    assert registry.get_sample_value("bankrails_merchants_file_unusable") == 0
    assert rotated == ["maple"]


def test_what_a_rotation_cannot_change_is_said_and_left(
    connections: HelcimConnections,
    watch: MerchantsWatch,
    write: Callable[..., None],
    rotated: list[str],
    logged: Logged,
) -> None:
    """Who the merchants are stands under budgets, rules and open work."""
    write(entry(time_zone="America/Toronto", tokens={"general": GENERAL, "withdraw": REFUND}), entry(id="oak"))
    watch.look()
    assert [(line["event"], line["merchant_id"]) for line in logged if line["log_level"] == "error"] == [
        ("merchants.restart_needed", "maple"),
        ("merchants.restart_needed", "oak"),
    ]
    assert connections.merchants["maple"].time_zone == "America/Edmonton"
    assert "oak" not in connections.general
    assert rotated == ["maple"], "its token is new all the same"
    write(entry(id="oak"))
    watch.look()
    assert connections.processing["maple"].token == REFUND, "a merchant that is gone keeps what it has"


def test_no_token_is_logged(watch: MerchantsWatch, write: Callable[..., None], logged: Logged) -> None:
    """The last four characters are what a person needs to recognise it."""
    write(entry(tokens={"general": "planted-general-6666", "withdraw": "planted-withdraw-7777"}))
    watch.look()
    said = json.dumps(logged)
    assert "7777" in said
    assert "planted" not in said
