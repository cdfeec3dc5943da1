"""What the vendor tells in a sentence alone: which transaction was undone, and the id of the one that undoes it.

    Successfully refunded transaction ID #109361. Refund transaction ID #109370 created.
    Successfully voided transaction ID #109361. Void transaction ID #109371 created.
    Successfully cancelled ACH transaction #109361.
    Successfully settled ACH batch ID #47339.

The first number is what the call was about, the last one what it made. The wording may change, so a sentence without
numbers is an answer too. Source: Helcim OpenAPI 2.2.0, examples.
"""

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"#([0-9]{1,18})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a success under `PUT /ach/…/{id}` says. Both ids are None where it does not name them."""

    original_id: int | None
    new_id: int | None
    """Of the refund or reversal: to be confirmed by reading it, its `original_transaction_id` points back. None means
    that the caller finds it so, among the rows."""
    message: str


class RefundAnswer(Sentence):
    pass


class VoidAnswer(Sentence):
    pass


def ids_in(message: str) -> tuple[int | None, int | None]:
    """The first number after a `#`, and the last where there is another."""
    numbers = [int(number) for number in _NUMBER.findall(message)]
    if not numbers:
        return None, None
    return numbers[0], numbers[-1] if numbers[-1] != numbers[0] else None
