"""What really happened at a vendor, as opposed to what its callers were told."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice


@dataclass(slots=True)
class Effect:
    """One change at the vendor. `id` is the vendor's id of what was made or changed; where the vendor's ids are text,
    `id` is 0 and `reference` has it. `login` is whose bank login was used, and `detail` tells one kind further apart;
    neither holds a secret.

    `call_ids` begins with the call that caused it; the others were answered with the stored answer of the first.
    `times` is how often this has happened so far under the same identity: the idempotency key where there is one,
    else the login, else the id. A second debit under one key shows as `times` 2 on the later of the two.
    """

    number: int
    kind: str
    id: int
    merchant: str
    at: datetime
    customer_id: int | None = None
    bank_account_id: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    idempotency_key: str | None = None
    reference: str | None = None
    login: str | None = None
    detail: str | None = None
    times: int = 1
    call_ids: list[int] = field(default_factory=list)

    @property
    def identity(self) -> tuple[str, str, str]:
        return (self.merchant, self.kind, self.idempotency_key or self.login or self.reference or str(self.id))


class EffectLog:
    """Append only, in the order in which things happened."""

    def __init__(self) -> None:
        self._effects: list[Effect] = []
        self._times: Counter[tuple[str, str, str]] = Counter()

    def __len__(self) -> int:
        return len(self._effects)

    def record(self, effect: Effect) -> Effect:
        self._times[effect.identity] += 1
        recorded = replace(effect, number=len(self._effects) + 1, times=self._times[effect.identity])
        self._effects.append(recorded)
        return recorded

    def matching(
        self,
        *,
        merchant: str | None = None,
        kind: str | None = None,
        idempotency_key: str | None = None,
        after: int = 0,
    ) -> Iterator[Effect]:
        """`after` is the number of the last effect already seen."""
        for effect in islice(self._effects, after, None):
            if (
                merchant in (None, effect.merchant)
                and kind in (None, effect.kind)
                and idempotency_key in (None, effect.idempotency_key)
            ):
                yield effect

    @staticmethod
    def count_by_kind(effects: Iterable[Effect]) -> dict[str, int]:
        return dict(Counter(effect.kind for effect in effects))
