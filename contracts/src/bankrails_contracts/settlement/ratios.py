"""Return ratios of a merchant: how much of what it debited in 60 days came back."""

from datetime import date
from enum import StrEnum

from bankrails_contracts.open_vocabulary import Open
from bankrails_contracts.settlement.base import SettlementEvent


class Ratio(StrEnum):
    UNAUTHORIZED = "unauthorized"
    """Limit 0.5 %."""
    ADMINISTRATIVE = "administrative"
    """Limit 3 %."""
    OVERALL = "overall"
    """Limit 15 %."""


class RatioEvent(SettlementEvent):
    ratio: Open[Ratio]
    returned: int
    originated: int
    """Debits whose origination date lies in the window, those that came back included."""
    limit_basis_points: int
    window_from: date
    window_to: date
    """Both days belong to the window."""


class ReturnRatioNearLimit(RatioEvent):
    """80 % of the limit is reached. Said again only after it was below that."""

    aggregate_field = "merchant_id"


class ReturnRatioExceeded(RatioEvent):
    """The limit is reached. Said again only after it was below that."""

    aggregate_field = "merchant_id"
