"""What a sandbox process starts with, in Python or in a TOML or JSON file of the same shape."""

import json
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bankrails_sandbox.decoding import DecodingError, decode
from bankrails_sandbox.helcim.merchants import HelcimConfig


@dataclass(frozen=True, slots=True)
class ClockConfig:
    """`start` None is the machine's time. `running` off freezes time between jumps."""

    start: datetime | None = None
    running: bool = True


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    clock: ClockConfig = field(default_factory=ClockConfig)
    helcim: HelcimConfig = field(default_factory=HelcimConfig)


def load_config(path: Path) -> SandboxConfig:
    """Raises DecodingError when the file's content is wrong, OSError when it cannot be read."""
    text = path.read_text(encoding="utf-8")
    try:
        content = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise DecodingError(str(path), str(error)) from error
    return decode(SandboxConfig, content)
