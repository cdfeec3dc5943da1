"""What each way of failing means, over real sockets: the difference between a retry and a second debit."""

import asyncio
import socket

import httpx2
import pytest
from bankrails_vendor_http.client import exchange, open_client
from bankrails_vendor_http.errors import OutcomeUnknown, VendorUnavailable

FAR_AWAY_SECONDS = 30.0
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def answers(writer):
    writer.write(OK)
    await writer.drain()


async def answers_and_hangs_up(writer):
    await answers(writer)
    writer.close()


async def hangs_up(writer):
    writer.close()


async def resets(writer):
    writer.transport.abort()


async def answers_half(writer):
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()
    writer.close()


async def speaks_something_else(writer):
    writer.write(b"220 mail.example ESMTP\r\n\r\n")
    await writer.drain()


async def says_nothing(writer):
    await asyncio.Event().wait()


async def drips(writer):
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


async def call(client, *, method="PUT", deadline_seconds=FAR_AWAY_SECONDS):
    request = client.build_request(method, "/debit", content=b"{}" if method == "PUT" else None)
    return await exchange(client, "debit", request, deadline_seconds=deadline_seconds)


async def test_a_refused_connection_means_that_nothing_left_us():
    """It may be tried again at once, under the same key or a new one."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    async with open_client(url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        with pytest.raises(VendorUnavailable) as caught:
            await call(client)
    assert caught.value.status is None
    assert isinstance(caught.value.__cause__, httpx2.ConnectError)


async def test_an_address_that_is_no_address_of_http_means_that_nothing_left_us():
    """A wrong base address must not leave a payment with an unknown outcome."""
    async with open_client("ftp://vendor.example", read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        with pytest.raises(VendorUnavailable):
            await call(client)


@pytest.mark.parametrize("method", ["PUT", "GET"])
@pytest.mark.parametrize(
    "cut", [hangs_up, resets, answers_half, speaks_something_else], ids=lambda reply: reply.__name__
)
async def test_a_request_without_a_usable_answer_is_unknown_and_is_not_sent_again(raw_vendor, cut, method):
    """The debit may have happened. A client that repeats by itself, even a GET that mails, makes it happen twice."""
    vendor = await raw_vendor(cut)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        with pytest.raises(OutcomeUnknown):
            await call(client, method=method)
    assert len(vendor.requests) == 1
    assert vendor.connections == 1


@pytest.mark.parametrize("method", ["PUT", "GET"])
async def test_a_cut_on_a_kept_connection_is_unknown_too(raw_vendor, method):
    """Here HTTP clients are tempted to repeat: the connection looked fine, so it "must have been" idle and closed."""
    vendor = await raw_vendor(answers, hangs_up, answers)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        await call(client, method=method)
        with pytest.raises(OutcomeUnknown):
            await call(client, method=method)
    assert len(vendor.requests) == 2
    assert vendor.connections == 1


async def test_a_connection_closed_while_idle_costs_one_new_connection_and_no_error(raw_vendor):
    """Nothing was in flight when it closed, so nothing is in doubt."""
    vendor = await raw_vendor(answers_and_hangs_up)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        await call(client)
        answer = await call(client)
    assert (answer.status, answer.content) == (200, b"ok")
    assert (len(vendor.requests), vendor.connections) == (2, 2)


async def test_silence_is_unknown(raw_vendor):
    """The read timeout ends the wait; the vendor may still be at work."""
    vendor = await raw_vendor(says_nothing)
    async with open_client(vendor.url, read_timeout_seconds=0.05) as client:
        with pytest.raises(OutcomeUnknown):
            await call(client)


async def test_an_answer_that_drips_ends_at_the_deadline(raw_vendor):
    """Each drop is in time, so no read timeout ever fires; the resend rule needs to know when the call is over."""
    vendor = await raw_vendor(drips)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await call(client, deadline_seconds=0.1)
    assert isinstance(caught.value.__cause__, TimeoutError)


async def test_a_full_pool_means_that_nothing_left_us(raw_vendor):
    """The wait was for a connection of our own."""
    vendor = await raw_vendor(says_nothing)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS, connections_max=1) as client:
        client.timeout = httpx2.Timeout(FAR_AWAY_SECONDS, pool=0.05)
        first = asyncio.create_task(call(client))
        await vendor.arrived.wait()
        with pytest.raises(VendorUnavailable):
            await call(client)
        first.cancel()
        await asyncio.wait([first])
    assert len(vendor.requests) == 1


async def test_a_cancelled_call_stays_cancelled(raw_vendor):
    """A stop is not a vendor error; whoever stops must treat the call as possibly sent."""
    vendor = await raw_vendor(says_nothing)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        running = asyncio.create_task(call(client))
        await vendor.arrived.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("status", [302, 400, 409, 429, 500])
async def test_every_status_is_an_answer_and_no_redirect_is_followed(raw_vendor, status):
    """What a status means depends on the vendor and the call; a redirected PUT would be a second request."""

    async def replies(writer):
        writer.write(b"HTTP/1.1 %d X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n" % status)
        await writer.drain()

    vendor = await raw_vendor(replies)
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        answer = await call(client)
    assert answer.status == status
    assert vendor.requests == [b"PUT /debit HTTP/1.1"]


async def test_a_proxy_in_the_environment_is_not_used(raw_vendor, monkeypatch):
    """A proxy may repeat, redirect or read what we send; if one is wanted, it is wanted in configuration."""
    vendor = await raw_vendor(answers)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with open_client(vendor.url, read_timeout_seconds=FAR_AWAY_SECONDS) as client:
        assert (await call(client)).status == 200
