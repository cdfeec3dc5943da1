"""What a 401 and a 403 set in motion: a hold, a test, something learned; never a circle."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import structlog
from bankrails_clock import ManualClock
from bankrails_helcim import endpoints
from bankrails_helcim.access import MerchantAccess
from bankrails_helcim.client import HelcimClient
from bankrails_helcim.errors import failure
from bankrails_helcim.rights import Denial, Right, Rights
from bankrails_helcim.token_findings import PROBE_EVERY, QUIET_EVERY, next_probe, rejected_tokens
from bankrails_helcim.token_probe import TokenProbe
from bankrails_helcim.token_watch import TESTS_APART, TokenWatch
from bankrails_helcim.tokens import MerchantTokens, Token, TokenName
from bankrails_messaging.decisions import Outcome, Result
from bankrails_messaging.holds import Hold, Holds
from bankrails_vendor_http.client import Answer
from bankrails_vendor_http.errors import NotPermitted, TokenRejected, VendorError
from prometheus_client import CollectorRegistry, Gauge

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
BUDGET = "helcim/maple"
GENERAL, WITHDRAW = "planted-general-1111", "planted-withdraw-2222"
UNAUTHORIZED = b'{"errors": "Unauthorized"}'
NO_PERMISSION = b'{"errors": "No access permission"}'


class Watched:
    """A merchant whose refunds go by the withdraw token, and everything that the watch does."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.holds = Holds()
        self.gauge = Gauge("paused", "?", ("merchant", "reason"), registry=CollectorRegistry())
        self.tests: list[datetime] = []
        self.released: list[str] = []
        self.kept: list[Denial] = []
        self.tokens: dict[str, MerchantTokens] = {
            "maple": {
                TokenName.GENERAL: Token(GENERAL),
                TokenName.WITHDRAW: Token(WITHDRAW),
                TokenName.REFUND: Token(WITHDRAW),
            }
        }
        self.rights = Rights(self.tokens)
        self.holds.attach(self.gauge, released=self.released.append, tested=lambda budget, at: self.tests.append(at))
        self.watch = TokenWatch(self.rights, self._keep, self.holds, self.clock)
        self.refused: dict[str, int] = {}
        self.asked: list[str] = []
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer), base_url="https://helcim.example/v2")
        self.client = HelcimClient(http, on_access_refused=self.watch.access_refused)

    async def _keep(self, denial: Denial) -> None:
        self.kept.append(denial)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        token = request.headers["api-token"]
        self.asked.append(token)
        status = self.refused.get(token, 200)
        return httpx2.Response(status, content=b"{}" if status == 200 else UNAUTHORIZED)

    async def meet(self, status: int, content: bytes, endpoint: endpoints.Endpoint = endpoints.WITHDRAW) -> VendorError:
        access = MerchantAccess("maple", WITHDRAW)
        error = failure(endpoint, Answer(status, httpx2.Headers(), content), access)
        await self.watch.access_refused(access, endpoint, error)
        return error

    @property
    def shown(self) -> float:
        return float(self.gauge.labels("maple", "token_rejected")._value.get())


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def logged() -> Iterator[list[dict[str, Any]]]:
    with structlog.testing.capture_logs() as lines:
        yield lines  # type: ignore[misc]


@pytest.mark.parametrize(
    ("status", "content", "meaning"),
    [
        (401, UNAUTHORIZED, TokenRejected),
        (401, b"", TokenRejected),
        (403, UNAUTHORIZED, TokenRejected),
        (403, NO_PERMISSION, NotPermitted),
        (401, NO_PERMISSION, NotPermitted),
        (403, b"", NotPermitted),
        (403, b"<html>", NotPermitted),
    ],
)
def test_the_text_decides_where_the_documents_use_either_status(
    status: int, content: bytes, meaning: type[VendorError]
) -> None:
    """A missing right must not stop a merchant, and a revoked token must not fail payment after payment."""
    error = failure(endpoints.REFUND, Answer(status, httpx2.Headers(), content), MerchantAccess("maple", WITHDRAW))
    assert type(error) is meaning
    assert "2222" in str(error)
    assert "planted" not in f"{error!s}{error!r}{error.__dict__}"


def test_a_connection_test_that_is_refused_is_a_bad_token_whatever_it_says() -> None:
    """It takes any valid token."""
    for status in (401, 403):
        error = failure(endpoints.CONNECTION_TEST, Answer(status, httpx2.Headers(), NO_PERMISSION))
        assert type(error) is TokenRejected


async def test_a_401_holds_the_merchant_says_so_once_and_has_the_tokens_tested(
    watched: Watched, logged: list[dict[str, Any]]
) -> None:
    """Five calls fly when the token goes: five answers, one alarm."""
    for _ in range(5):
        await watched.meet(401, UNAUTHORIZED)
    assert watched.holds.on(BUDGET) == {Hold.TOKEN_REJECTED}
    assert watched.shown == 1
    assert watched.tests == [START]
    assert [(line["event"], line["last4"]) for line in logged] == [("token.rejected", "2222")]
    assert "planted" not in json.dumps(logged)


async def test_a_vendor_that_contradicts_itself_is_not_asked_in_a_circle(watched: Watched) -> None:
    """The test finds the token good, the calls do not: the next test waits."""
    await watched.meet(401, UNAUTHORIZED)
    await watched.client.connection_test(MerchantAccess("maple", WITHDRAW))
    watched.watch.tested("maple", rejected=False)
    assert watched.holds.on(BUDGET) == frozenset()
    assert watched.shown == 0
    watched.clock.advance(timedelta(seconds=1))
    await watched.meet(401, UNAUTHORIZED)
    assert watched.tests == [START, START + TESTS_APART]


async def test_a_403_is_learned_kept_once_and_holds_nothing(watched: Watched) -> None:
    """The merchant's other calls go on."""
    await watched.meet(403, NO_PERMISSION, endpoints.REFUND)
    await watched.meet(403, NO_PERMISSION, endpoints.REFUND)
    assert [denial.right for denial in watched.kept] == [Right.REFUND]
    assert watched.rights.missing("maple", Right.REFUND) is not None
    assert watched.rights.missing("maple", Right.WITHDRAW) is None
    assert watched.holds.on(BUDGET) == frozenset()


async def test_each_token_that_differs_is_tested_once(watched: Watched) -> None:
    """One that serves two purposes is one call."""
    probe = TokenProbe({"maple": watched.client}, watched.tokens, tuple(TokenName), watched.watch)
    assert await probe.send({"merchant_id": "maple"}) == {"rejected": []}
    assert sorted(watched.asked) == [GENERAL, WITHDRAW]


async def test_the_test_says_which_token_is_not_taken_and_holds(watched: Watched) -> None:
    """By name and last four characters, and the others' names stay out of it."""
    watched.refused[WITHDRAW] = 401
    probe = TokenProbe({"maple": watched.client}, watched.tokens, tuple(TokenName), watched.watch)
    answer = await probe.send({"merchant_id": "maple"})
    found = rejected_tokens(answer)
    assert found.reason == "Helcim does not take the withdraw token ending in 2222"
    assert watched.holds.on(BUDGET) == {Hold.TOKEN_REJECTED}
    assert "planted" not in json.dumps(answer)


async def test_a_rotation_is_tested_at_once(watched: Watched) -> None:
    """What was found of the old token says nothing of the new one."""
    watched.watch.tested("maple", rejected=False)
    watched.watch.rotated("maple")
    await watched.meet(401, UNAUTHORIZED)
    assert watched.tests == [START, START]


@pytest.mark.parametrize(("status", "content"), [(401, UNAUTHORIZED), (403, NO_PERMISSION)])
async def test_what_comes_back_late_for_the_old_token_is_not_held_against_the_new_one(
    watched: Watched, status: int, content: bytes
) -> None:
    """A token is rotated because it lacks a right; the call that was in flight must not take it from the new one too."""
    new = Token("planted-new-3333")
    watched.tokens["maple"] = dict.fromkeys(TokenName, new)
    await watched.meet(status, content, endpoints.REFUND)
    assert watched.rights.missing("maple", Right.REFUND) is None
    assert (watched.kept, watched.holds.on(BUDGET), watched.tests) == ([], frozenset(), [])


@pytest.mark.parametrize(
    ("result", "answer", "expected"),
    [
        (Result.ANSWERED, {"rejected": []}, QUIET_EVERY),
        (Result.ANSWERED, {"rejected": [{"name": "withdraw", "last4": "2222"}]}, PROBE_EVERY),
        (Result.EXHAUSTED, {}, PROBE_EVERY),
        (Result.REJECTED, {}, QUIET_EVERY),
    ],
)
def test_when_the_tokens_are_tested_again(result: Result, answer: dict[str, Any], expected: timedelta) -> None:
    """Soon while something is wrong. A vendor without this endpoint is not asked for it every five minutes."""
    outcome = Outcome("w", "probe_tokens", "maple", "", result, {"merchant_id": "maple"}, answer)
    assert next_probe(outcome, START) == START + expected
