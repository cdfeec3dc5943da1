"""What every answer is wrapped in (docs.helix.q2.com/reference/response-format)."""

import uuid
from dataclasses import dataclass
from typing import Any

from bankrails_sandbox import vendor_api


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` never changes and is what callers go by; `message` is for people."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`data` None is left out of the envelope. Success is 200 without problems."""

    data: Any = None
    status: int = 200
    problems: tuple[Problem, ...] = ()


class Refused(Exception):
    """A definite no, with everything that was wrong at once."""

    def __init__(self, *problems: Problem, status: int = 400) -> None:
        super().__init__(", ".join(f"{problem.code} {problem.message}" for problem in problems))
        self.reply = Reply(status=status, problems=problems)


def envelope(reply: Reply, call_id: int, throttle: dict[str, Any] | None) -> vendor_api.Reply:
    """`requestId` follows from the call's number, so that it is the same in every run."""
    body: dict[str, Any] = {} if reply.data is None else {"data": reply.data}
    body["errors"] = [{"code": problem.code, "message": problem.message} for problem in reply.problems]
    body["requestId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"helix call {call_id}"))
    body["status"] = reply.status
    if throttle is not None:
        body["throttle"] = throttle
    return vendor_api.Reply(reply.status, body)
