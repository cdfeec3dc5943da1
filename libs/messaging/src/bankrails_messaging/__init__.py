"""One message through one service: intake → decide → work → relay.

    intake      Kafka records into the inbox, one transaction a batch; offsets after it
    dispatcher  inbox rows, per key in order and many keys at once, through a pure decide(); one commit
    work        vendor calls, outside any transaction, each by its class (calls.py); the answer is a message again
    relay       the outbox to Kafka, in commit order, by one publisher

Everything that is durable goes through one writer (writer.py), which puts whatever is ready into one transaction.
"""
