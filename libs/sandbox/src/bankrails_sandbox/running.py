"""A sandbox that can be called: where its vendors are, and how it is steered. Whoever runs it is a subclass."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from bankrails_sandbox.control_client import AsyncControlClient, ControlClient


class RunningSandbox(ABC):
    _url = ""

    @abstractmethod
    def start(self) -> Self:
        """Returns when it can be called."""

    @abstractmethod
    def stop(self) -> None:
        """May be called at any time, and again."""

    @property
    def url(self) -> str:
        """Without a path, such as `http://127.0.0.1:40123`. Helcim is at `helcim_url`, the clock at `clock_url`."""
        if not self._url:
            raise RuntimeError("the sandbox is not running")
        return self._url

    @property
    def helcim_url(self) -> str:
        return f"{self.url}/helcim/v2"

    @property
    def helium_url(self) -> str:
        return f"{self.url}/helium"

    @property
    def helix_url(self) -> str:
        return f"{self.url}/helix"

    @property
    def mx_url(self) -> str:
        return f"{self.url}/mx"

    @property
    def clock_url(self) -> str:
        return f"{self.url}/clock"

    @property
    def control(self) -> ControlClient:
        return ControlClient(self.url)

    def async_control(self) -> AsyncControlClient:
        """A new client, to be closed by whoever asked for it."""
        return AsyncControlClient(self.url)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
