"""Work that nobody asked for: which of it is to be made at start, and which has lost its purpose."""

from collections.abc import Callable, Collection, Iterable, Sequence

from bankrails_contracts.ids import uuid7

from bankrails_messaging.decisions import Answering, Standing
from bankrails_messaging.rows import Changes
from bankrails_messaging.work_row import WorkRow, WorkState


def unasked(answerings: Iterable[Answering[object]]) -> frozenset[str]:
    """The kinds of work that no command waits for."""
    return frozenset(item.kind for item in answerings if item.command is None)


def stand(
    wanted: Sequence[Standing],
    open_work: Sequence[WorkRow],
    unasked_kinds: Collection[str],
    has_budget: Callable[[str], bool],
    now: int,
) -> Changes:
    """Each standing call once; those that are configured no longer, or whose budget is gone, end. `now` in microseconds."""
    by_place = {(item.kind, item.key): item for item in wanted}
    standing_kinds = {item.kind for item in wanted}
    there = {(row.kind, row.key) for row in open_work}
    for row in open_work:
        item = by_place.get((row.kind, row.key))
        if item is not None and item.at_start and row.state is WorkState.DUE:
            row.due_at = now
    return Changes(
        work_ended=[
            row.id
            for row in open_work
            if row.kind in unasked_kinds
            and (not has_budget(row.budget) or (row.kind in standing_kinds and (row.kind, row.key) not in by_place))
        ],
        work_added=[_row(item, now) for place, item in by_place.items() if place not in there],
    )


def _row(item: Standing, now: int) -> WorkRow:
    name = f"{item.kind}:{item.key}"
    return WorkRow(
        id=uuid7(),
        key=item.key,
        kind=item.kind,
        payload=item.payload,
        budget=item.budget,
        lane=int(item.lane),
        causation_id=name,
        correlation_id=name,
        due_at=now,
    )
