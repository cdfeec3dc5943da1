"""A ring of keys and what may become of each.

ACTIVE ──rotate──▶ RETIRING ──retire──▶ RETIRED

Exactly one key is ACTIVE at any time; new values go to it alone. RETIRING keys still open what was written before the
rotation. Retiring erases the secret part and keeps the key id: there is nothing left to steal, and an old value can
still be refused by the name of its key instead of as noise. There is no way back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, TypeAlias

Jwk: TypeAlias = Mapping[str, object]

# Key ids are echoed in errors and logs although the sender wrote them, so they may hold no spaces, controls or novels.
KID_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
SECRET_MEMBERS: Final = ("d", "k")


class KeyState(StrEnum):
    ACTIVE = "active"
    RETIRING = "retiring"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RingKey:
    kid: str
    state: KeyState
    jwk: Jwk = field(repr=False)

    def erased(self) -> "RingKey":
        public = {name: value for name, value in self.jwk.items() if name not in SECRET_MEMBERS}
        return RingKey(self.kid, KeyState.RETIRED, public)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Newest key first. Raises ValueError, with a reason fit to be read, when the keys contradict each other."""

    keys: tuple[RingKey, ...]

    def __post_init__(self) -> None:
        active = sum(key.state is KeyState.ACTIVE for key in self.keys)
        if active != 1:
            raise ValueError(f"exactly one key must be active, found {active}")
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("two keys share a key id")

    def __iter__(self) -> Iterator[RingKey]:
        return iter(self.keys)

    @property
    def active(self) -> RingKey:
        return next(key for key in self.keys if key.state is KeyState.ACTIVE)

    def find(self, kid: str) -> RingKey | None:
        return next((key for key in self.keys if key.kid == kid), None)

    def rotated(self, fresh: RingKey) -> "KeyRing":
        older = (replace(key, state=KeyState.RETIRING) if key.state is KeyState.ACTIVE else key for key in self.keys)
        return KeyRing((fresh, *older))

    def retired(self, kid: str) -> "KeyRing":
        """Raises ValueError when there is no such key, or when it is the active one (rotate first)."""
        key = self.find(kid)
        if key is None:
            raise ValueError(f"no key {kid} in the ring")
        if key.state is KeyState.ACTIVE:
            raise ValueError(f"key {kid} is active: rotate first, retire it when nothing sealed to it is left")
        return KeyRing(tuple(each.erased() if each.kid == kid else each for each in self.keys))
