"""What a sandbox process starts with, in Python or in a TOML or JSON file of the same shape."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bankrails_sandbox.decoding import DecodingError, decode
from bankrails_sandbox.helcim.merchants import HelcimConfig
from bankrails_sandbox.helium.lenders import HeliumConfig
from bankrails_sandbox.helix.program import HelixConfig
from bankrails_sandbox.mx.clients import MxConfig


@dataclass(frozen=True, slots=True)
class ClockConfig:
    """`start` None is the machine's time. `running` off freezes time between jumps.

    An advance waits at each step up to `patience_seconds` of real time for all parties to be idle, and takes
    `longest_advance_seconds` at most. Steps of virtual time are not smaller than `minimum_step_seconds`, whatever a
    party says: one that has something due every millisecond would hold up all the others.
    """

    start: datetime | None = None
    running: bool = True
    minimum_step_seconds: float = 1.0
    patience_seconds: float = 30.0
    longest_advance_seconds: float = 540.0

    def __post_init__(self) -> None:
        if not (self.minimum_step_seconds > 0 and self.patience_seconds >= 0 and self.longest_advance_seconds > 0):
            raise ValueError("steps and times must be above zero, patience zero or more")


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    clock: ClockConfig = field(default_factory=ClockConfig)
    helcim: HelcimConfig = field(default_factory=HelcimConfig)
    helium: HeliumConfig = field(default_factory=HeliumConfig)
    mx: MxConfig = field(default_factory=MxConfig)
    helix: HelixConfig = field(default_factory=HelixConfig)


def load_config(path: Path) -> SandboxConfig:
    """Raises DecodingError when the file's content is wrong, OSError when it cannot be read."""
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise DecodingError(str(path), str(error)) from error
    return decode(SandboxConfig, content)
