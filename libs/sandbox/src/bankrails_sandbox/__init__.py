"""The vendors as HTTP servers in one process, with a virtual clock and faults on demand."""

from bankrails_sandbox.config import ClockConfig, SandboxConfig, load_config
from bankrails_sandbox.control_asks import Advanced, CallReport, ControlRefused
from bankrails_sandbox.control_client import AsyncControlClient, ControlClient
from bankrails_sandbox.effects import Effect
from bankrails_sandbox.faults import Fault, FaultBody, FaultKind, Moment
from bankrails_sandbox.helcim.assumptions import Assumptions, Limits
from bankrails_sandbox.helcim.merchants import (
    AMERICAN_MERCHANT,
    CANADIAN_MERCHANT,
    Country,
    Currency,
    General,
    HelcimConfig,
    Merchant,
    Processing,
    Token,
)
from bankrails_sandbox.helcim.records import BankAnswer, BankAnswerKind
from bankrails_sandbox.process import SandboxDidNotStart, SandboxProcess
from bankrails_sandbox.running import RunningSandbox
from bankrails_sandbox.thread import SandboxThread

__all__ = [
    "AMERICAN_MERCHANT",
    "CANADIAN_MERCHANT",
    "Advanced",
    "Assumptions",
    "AsyncControlClient",
    "BankAnswer",
    "BankAnswerKind",
    "CallReport",
    "ClockConfig",
    "ControlClient",
    "ControlRefused",
    "Country",
    "Currency",
    "Effect",
    "Fault",
    "FaultBody",
    "FaultKind",
    "General",
    "HelcimConfig",
    "Limits",
    "Merchant",
    "Moment",
    "Processing",
    "RunningSandbox",
    "SandboxConfig",
    "SandboxDidNotStart",
    "SandboxProcess",
    "SandboxThread",
    "Token",
    "load_config",
]
