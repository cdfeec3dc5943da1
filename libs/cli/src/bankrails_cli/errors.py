"""How a command ends when it does not end well: one line on standard error, and an exit status.

CliError
├── AnswerIsNo   1   refused, an expectation that was not met, schemas that differ
├── Unusable     2   the command line, or a file or message that it names
└── NotThere     3   something it needs is not running, or does not answer in time

0 is success; 130 is Ctrl-C; 143 is SIGTERM.
"""

from typing import ClassVar


class CliError(Exception):
    """Its text is the line that a person reads."""

    exit_status: ClassVar[int] = 1


class AnswerIsNo(CliError):
    exit_status = 1


class Unusable(CliError):
    exit_status = 2


class NotThere(CliError):
    exit_status = 3
