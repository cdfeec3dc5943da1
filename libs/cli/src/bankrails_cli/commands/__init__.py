"""One file per command: its arguments here, what it does in the module that it calls.

What a command needs is imported when it runs: `bankrails --help` has no use for Kafka.
"""
