"""Where the figures were taken."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from bankrails_local_kafka.pins import kafka_version, read_lock

PACKAGES = ("faststream", "aiokafka", "httpx2", "sqlalchemy", "uvloop", "pydantic")


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "unknown"


def described() -> dict[str, str]:
    """What → which."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "machine": f"{os.cpu_count()} cores, {processor()}, {gigabytes:.0f} GB, {platform.system()} {platform.release()}",
        "software": ", ".join(
            [
                f"Python {platform.python_version()}",
                f"Apache Kafka {kafka_version(read_lock())}",
                *(f"{name} {version(name)}" for name in PACKAGES),
            ]
        ),
    }
