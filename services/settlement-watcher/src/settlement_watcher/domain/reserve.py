"""What to keep back for claims that may still come: a part of what has cleared and is not final.

A policy of this suite, as data: a merchant's own part in basis points, or, where none is given, what payers of the last
sixty days' debits have in fact called unauthorized, and never less than the network allows of that (0.5 %): late claims
are of that class. Nothing is withheld by it; it is a figure for whoever pays the merchant out.
"""

from collections.abc import Mapping

from bankrails_contracts.settlement import Ratio

from settlement_watcher.domain.ratios import LIMITS_BASIS_POINTS, Figure

WHOLE = 10_000
"""Basis points."""


def reserve_minor(claims_open_minor: int, figures: Mapping[Ratio, Figure], basis_points: int | None) -> int:
    """Rounded up."""
    if basis_points is not None:
        return _part(claims_open_minor, basis_points, WHOLE)
    floor = _part(claims_open_minor, LIMITS_BASIS_POINTS[Ratio.UNAUTHORIZED], WHOLE)
    seen = figures[Ratio.UNAUTHORIZED]
    return max(floor, _part(claims_open_minor, seen.returned, seen.originated)) if seen.originated else floor


def _part(amount_minor: int, of: int, whole: int) -> int:
    return -(-amount_minor * of // whole)
