"""What the tests that cross a boundary share: a broker, databases, the service as a process, senders and readers."""
