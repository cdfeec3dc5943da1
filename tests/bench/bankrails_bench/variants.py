"""The plain FastStream handlers that the suite is compared with, and what each one promises."""

from dataclasses import dataclass
from enum import StrEnum

PARTITIONS = 12


class Variant(StrEnum):
    UNORDERED = "unordered"
    SAFE = "safe"
    BATCH = "batch"
    SAFE_STORED = "safe-stored"
    BATCH_STORED = "batch-stored"


@dataclass(frozen=True)
class Terms:
    label: str
    semantics: str
    stored: bool = False
    partition_bound: bool = False
    """At most one call a partition in flight, so partitions / vendor time is its ceiling."""


TERMS = {
    Variant.UNORDERED: Terms(
        "FastStream, ACK_FIRST, max_workers = in flight",
        "commits by the clock: may lose, may repeat; unordered, no store",
    ),
    Variant.BATCH: Terms("FastStream, MANUAL, batch 500, gather", "at least once, per key in a batch, no store"),
    Variant.SAFE: Terms(
        "FastStream, NACK_ON_ERROR, max_workers = 12 partitions",
        "at least once, per partition, no store",
        partition_bound=True,
    ),
    Variant.SAFE_STORED: Terms(
        "the same with inbox, payment and outbox rows (SQLite FULL)",
        "at least once, per partition, stored",
        stored=True,
        partition_bound=True,
    ),
    Variant.BATCH_STORED: Terms(
        "batch 500 with inbox, payment and outbox rows (SQLite FULL)",
        "at least once, per key in a batch, stored",
        stored=True,
    ),
}
OURS = "at least once, effects once, per key, stored (SQLite FULL)"
