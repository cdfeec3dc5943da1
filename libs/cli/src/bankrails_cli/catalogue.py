"""Messages and topics by the names that people type."""

import difflib
from enum import StrEnum

from bankrails_contracts.message import REGISTRY, Kind, Message, Service, import_all, messages
from bankrails_contracts.topics import Channel, Topic, topics_of

from bankrails_cli.errors import Unusable

import_all()


class Stream(StrEnum):
    """What `tail --topic` takes."""

    EVENTS = "events"
    COMMANDS = "commands"
    DEAD_LETTERS = "dead-letters"
    ALL = "all"


def topics(stream: Stream = Stream.ALL) -> tuple[Topic, ...]:
    """Those of every service that has messages."""
    services = dict.fromkeys(model.service for model in messages())
    every = [topic for service in services for topic in topics_of(service)]
    return tuple(topic for topic in every if stream is Stream.ALL or topic.channel is Channel(stream.value))


def topic(service: Service, channel: Channel) -> Topic:
    return next(topic for topic in topics_of(service) if topic.channel is channel)


def command_named(text: str) -> type[Message]:
    """`CollectPayment` or `bankrails.payments.collect-payment.v1`. Raises Unusable with the nearest names.

    A bare name means its highest version.
    """
    commands = sorted(messages(kind=Kind.COMMAND), key=lambda model: -model.version)
    named = [model for model in commands if text == model.message_name]
    services = {model.service for model in named}
    if len(services) > 1:
        raise Unusable(f"{text} is a command of several services: " + ", ".join(model.type for model in named))
    if found := next(iter(named), None) or REGISTRY.get(text):
        if found.kind is not Kind.COMMAND:
            raise Unusable(f"{found.message_name} is an event: services state it, nobody sends it")
        return found
    names = [model.message_name for model in commands]
    near = difflib.get_close_matches(text, names, n=3) or names
    raise Unusable(f"no command {text}; is it {', '.join(dict.fromkeys(near))}?")
