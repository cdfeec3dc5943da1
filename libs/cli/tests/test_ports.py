"""Ports that are told to others before they are listened at."""

import socket

from bankrails_cli.ports import CHOICE, free_port


def test_the_usual_port_is_taken_while_it_is_free() -> None:
    """Bookmarks and scrape configurations outlive a restart; a second suite beside it must start all the same."""
    usual = free_port()
    assert free_port(usual) == usual
    with socket.create_server(("127.0.0.1", usual)):
        assert free_port(usual) not in (usual, 0)


def test_a_port_that_is_promised_to_somebody_is_not_given_twice() -> None:
    """Nobody listens at it yet, so a look at the port cannot tell."""
    usual = free_port()
    assert free_port(usual, besides=[usual]) != usual


def test_ports_are_none_that_a_system_gives_to_outgoing_connections() -> None:
    """Another process's connection could come upon it between the look and the start."""
    assert free_port() in CHOICE
    assert CHOICE.stop <= 32_768
