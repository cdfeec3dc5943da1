"""A customer: what no single account of theirs can know. Each decision that takes a place of theirs, or an archiving of
the day, saves this row too, so that of many at once none counts without the others.
"""

from dataclasses import dataclass, replace
from datetime import date

ARCHIVES_PER_DAY = 3
"""Source: docs.helix.q2.com/reference/externalaccountarchive. In Canada the rule is the same, by our own choice."""


@dataclass(frozen=True)
class Customer:
    id: str
    """`helix:` and the customer's number there, or `user:` and our user."""
    archived_on: date | None = None
    """The day of the last archiving, by the bank's clock."""
    archived: int = 0
    """How many on that day."""
    content_hash: str = ""
    sequence: int = 0
    version: int = 0

    @property
    def state(self) -> str:
        return "KNOWN"

    def archives_left(self, day: date) -> int:
        return ARCHIVES_PER_DAY - (self.archived if self.archived_on == day else 0)

    def archiving(self, day: date) -> "Customer":
        return replace(self, archived_on=day, archived=ARCHIVES_PER_DAY - self.archives_left(day) + 1)

    def archived_nothing(self, day: date) -> "Customer":
        """The vendor said no: the archiving of that day is given back."""
        return replace(self, archived=self.archived - 1) if self.archived_on == day and self.archived else self
