"""Five at once, 100 a minute, 3000 an hour, per merchant over all tokens (devdocs.helcim.com/docs/api-rate-limits)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from bankrails_sandbox import Assumptions, FaultKind, HelcimConfig, Limits
from bankrails_sandbox.helcim.rate_limit import RateLimiter, TooManyRequests

TOO_MANY = {"errors": "Too Many Requests"}
NOW = datetime(2024, 3, 14, tzinfo=UTC)


def left(answer) -> tuple[int, int]:
    return int(answer.headers["minute-limit-remaining"]), int(answer.headers["hour-limit-remaining"])


def test_every_answer_says_what_is_left(shop) -> None:
    """Clients pace themselves by these two headers; a refused body uses up a call too."""
    assert left(shop.call("GET", "/connection-test")) == (99, 2999)
    assert left(shop.withdraw({})) == (98, 2998)


def test_the_101st_call_of_a_minute_is_refused_until_the_window_has_slid(shop, control) -> None:
    """Sliding: a place is free exactly sixty seconds after it was taken, not at the full minute."""
    shop.call("GET", "/connection-test")
    control.advance(seconds=30)
    for _ in range(99):
        assert shop.call("GET", "/connection-test").status_code == 200
    refused = shop.call("GET", "/connection-test")
    assert (refused.status_code, refused.json(), left(refused)) == (429, TOO_MANY, (0, 2900))
    assert "retry-after" not in refused.headers
    control.advance(seconds=29.5)
    assert shop.call("GET", "/connection-test").status_code == 429
    control.advance(seconds=0.5)
    assert shop.call("GET", "/connection-test").status_code == 200
    assert shop.call("GET", "/connection-test").status_code == 429
    assert control.calls().too_many_requests == 3


def test_the_limits_are_shared_by_the_tokens_of_a_merchant_and_by_nobody_else(open_shop, american_shop) -> None:
    """Two services with two tokens share one budget."""
    one, other = open_shop("maple-books-admin-token"), open_shop("maple-books-read-only-token")
    assert left(one.call("GET", "/connection-test")) == (99, 2999)
    assert left(other.call("GET", "/connection-test")) == (98, 2998)
    assert left(american_shop.call("GET", "/connection-test")) == (99, 2999)


def test_a_call_without_a_valid_token_or_right_counts_for_nobody(open_shop) -> None:
    """There is no merchant to count it for, and the right is looked at before the windows."""
    assert "minute-limit-remaining" not in open_shop("nobody").call("GET", "/customers").headers
    poor = open_shop("maple-books-no-access-token")
    assert poor.call("GET", "/customers").status_code == 403
    assert left(poor.call("GET", "/connection-test")) == (99, 2999)


def test_the_sixth_call_at_once_is_refused(shop, control) -> None:
    """Whatever they are: the limit is over all operations, and a slow vendor makes it bite."""
    control.fault(FaultKind.HOLD, operation="list-customers")
    with ThreadPoolExecutor(5) as pool:
        held = [pool.submit(shop.call, "GET", "/customers") for _ in range(5)]
        control.wait_until_held(waiting=5)
        refused = shop.call("GET", "/connection-test")
        assert (refused.status_code, refused.json()) == (429, TOO_MANY)
        control.release()
        assert {call.result().status_code for call in held} == {200}
    assert shop.call("GET", "/connection-test").status_code == 200
    assert control.calls().in_progress_max["maple-books"] == 6


def test_an_unlimited_merchant_is_never_refused(shop, control) -> None:
    """For load runs."""
    control.switch_merchant("maple-books", rate_limited=False)
    assert {shop.call("GET", "/connection-test").status_code for _ in range(120)} == {200}


def test_a_poller_at_90_a_minute_is_cut_off_after_33_minutes() -> None:
    """3000 an hour is the lower sustained rate, which a per-minute budget alone does not see."""
    limiter = RateLimiter(Limits(), refused_calls_count=False)
    at = [NOW + call * timedelta(minutes=1) / 90 for call in range(3001)]
    for now in at[:3000]:
        limiter.enter(now, limited=True)
        limiter.leave()
    with pytest.raises(TooManyRequests) as refused:
        limiter.enter(at[3000], limited=True)
    assert refused.value.quota.hour_remaining == 0
    limiter.enter(NOW + timedelta(hours=1), limited=True)


def test_whether_refused_calls_count_can_be_switched(fresh_shop) -> None:
    """Not documented. If they do, a client that hammers on never gets through again."""
    limits = Limits(per_minute=2)
    lenient = fresh_shop(HelcimConfig(limits=limits))
    harsh = fresh_shop(HelcimConfig(limits=limits, assumptions=Assumptions(refused_calls_count=True)))
    for shop, expected in ((lenient, 200), (harsh, 429)):
        for _ in range(2):
            shop.call("GET", "/connection-test")
        shop.control.advance(seconds=59)
        for _ in range(2):
            assert shop.call("GET", "/connection-test").status_code == 429
        shop.control.advance(seconds=1)
        assert shop.call("GET", "/connection-test").status_code == expected
