"""Who acts: `requestingCustomerId` names the person who acts for a business."""

from typing import Any

from bankrails_sandbox.helix import codes
from bankrails_sandbox.helix.envelope import Problem
from bankrails_sandbox.helix.records import Customer


def permission_problem(customer: Customer, body: dict[str, Any]) -> Problem | None:
    requesting = body.get("requestingCustomerId")
    if requesting is None or requesting == customer.id or requesting in customer.managers:
        return None
    return codes.NO_PERMISSION
