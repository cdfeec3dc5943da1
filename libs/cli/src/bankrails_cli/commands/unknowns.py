"""`bankrails unknowns`."""

from typing import Annotated

import typer

from bankrails_cli.commands.options import AsJson
from bankrails_cli.output import Output


def unknowns(
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="payments-service's operations address; by default that of the suite that is up."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Money calls of which nobody knows whether they happened; ResolveUnknown decides those marked `operator`."""
    from rich.table import Table

    from bankrails_cli import operations_page
    from bankrails_cli.running_suite import operations_url

    output = Output(as_json=as_json)
    found = operations_page.read(operations_url(url, "payments"), "/unknowns", "unknowns")
    table = Table("payment", "call", "since", "age", "amount", "who", "why", "candidates", box=None, header_style="dim")
    for item in found:
        amount = f"{item['amount_minor'] / 100:.2f} {item['currency']}"
        who = "operator" if item["needs_operator"] else "machine"
        candidates = ", ".join(item["candidates"]) or "–"
        age = _age(item["age_seconds"])
        call = item["call"] if item["refund_id"] is None else f"{item['call']} {item['refund_id']}"
        table.add_row(item["payment_id"], call, item["since"], age, amount, who, item["reason"] or "–", candidates)
        output.tell(item)
    if not as_json:
        output.console.print(table if found else "Nothing is unknown.")


def _age(seconds: float) -> str:
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
