"""Two readers: a person at a terminal, and a program at the end of a pipe."""

import json
from datetime import UTC, datetime

import pytest
from bankrails_cli.output import Output
from rich.text import Text


def test_as_json_every_result_is_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    """`| jq` reads lines; times are text that it can sort."""
    output = Output(as_json=True)
    output.tell({"at": datetime(2026, 3, 2, tzinfo=UTC)}, "for people")
    output.tell_line({"é": "[bold]"}, Text("for"), Text("people"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [{"at": "2026-03-02T00:00:00+00:00"}, {"é": "[bold]"}]


def test_a_line_in_a_file_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """A CI log has no width: a line cut or wrapped at 80 columns cannot be searched."""
    Output(as_json=False).tell_line({}, Text("PaymentApproved"), Text("x" * 300))
    assert capsys.readouterr().out == f"PaymentApproved  {'x' * 300}\n"


def test_quick_work_says_nothing_of_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor does it leave a thread behind that speaks later."""
    with Output(as_json=True).progress("starting"):
        pass
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
