"""Who may call: client id and API key, as HTTP Basic."""

from dataclasses import dataclass, field

from bankrails_sandbox.mx.assumptions import Assumptions


@dataclass(frozen=True, slots=True)
class Client:
    name: str
    client_id: str
    api_key: str


DEFAULT_CLIENTS = (
    Client("bankrails", "mx-sandbox-client", "mx-sandbox-key"),
    Client("other-client", "mx-other-client", "mx-other-key"),
)


@dataclass(frozen=True, slots=True)
class MxConfig:
    clients: tuple[Client, ...] = DEFAULT_CLIENTS
    assumptions: Assumptions = field(default_factory=Assumptions)

    def __post_init__(self) -> None:
        for taken in ([client.name for client in self.clients], [client.client_id for client in self.clients]):
            if len(set(taken)) != len(taken):
                raise ValueError("two clients with one name or client id")
