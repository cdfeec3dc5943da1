"""Time as a port. Whatever is due, ages or expires in business terms asks a `Clock`, so that days can pass in a test.

Call deadlines, leases and everything about Kafka stay on real time and do not belong here.
"""

from bankrails_clock.idle import IdleReport
from bankrails_clock.manual import ManualClock
from bankrails_clock.membership import JoinRefused
from bankrails_clock.port import Clock
from bankrails_clock.remote import ClockUnreachable, RemoteClock
from bankrails_clock.system import SystemClock
from bankrails_clock.wire import ClockState

__all__ = [
    "Clock",
    "ClockState",
    "ClockUnreachable",
    "IdleReport",
    "JoinRefused",
    "ManualClock",
    "RemoteClock",
    "SystemClock",
]
