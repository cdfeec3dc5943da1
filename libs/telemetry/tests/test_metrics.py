import asyncio
import time

from bankrails_telemetry.health import Healthy, Unhealthy
from bankrails_telemetry.metrics import LoopLag, service_registry
from prometheus_client import generate_latest


def test_a_service_says_who_it_is_and_how_much_memory_it_holds() -> None:
    """Memory is one of the promises; a dashboard needs it without an exporter beside every process."""
    text = generate_latest(service_registry("payments-service", "0.1.0")).decode()
    assert 'bankrails_service_info{service="payments-service",version="0.1.0"} 1.0' in text
    assert "process_resident_memory_bytes" in text


def test_two_services_in_one_process_do_not_collide() -> None:
    """Tests run several; prometheus_client's global registry would refuse the second."""
    LoopLag(service_registry("one"))
    LoopLag(service_registry("two"))


async def test_a_blocked_loop_shows_as_lag() -> None:
    """A stalled loop gets the service evicted from its group: it must be seen before that."""
    lag = LoopLag(service_registry("x"))
    watching = asyncio.create_task(lag.watch())
    try:
        async with asyncio.timeout(10):
            while lag.worst_seconds < 0.3:
                await asyncio.sleep(0.01)
                time.sleep(0.5)  # noqa: ASYNC251 - blocking the loop is what this test is about
    finally:
        watching.cancel()
    assert isinstance(lag.under(0.2)(), Unhealthy)
    assert isinstance(lag.under(60)(), Healthy)


def test_a_stall_is_forgotten_after_half_a_minute() -> None:
    """One stall in the past is no reason to restart."""
    now = [0.0]
    lag = LoopLag(service_registry("x"), monotonic=lambda: now[0])
    lag.record(-0.1)  # a timer may be early by the clock's grain
    assert lag.worst_seconds == 0.0
    lag.record(5.0)
    assert lag.worst_seconds == 5.0
    assert lag.under(1)() == Unhealthy("the event loop stood still for 5.0 s, allowed are 1 s")
    now[0] = 31.0
    assert lag.under(1)() == Healthy()
