"""Sends one command with nothing but a plain Kafka client: python docs/plain_client.py HOST:PORT < register-payer.json"""

import json
import sys
import uuid

from confluent_kafka import Producer

body = json.load(sys.stdin)  # {"payer_id": "payer-1", "merchant_id": "maple-books", "contact_name": …, "address": …}
event = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/billing", "data": body}  # keep the id: whatever is
event["type"] = "bankrails.payments.register-payer.v1"  # sent again under it, with the same body, happens only once

# murmur2 is part of the contract: under another partitioner the messages of one payer lose their order.
producer = Producer({"bootstrap.servers": sys.argv[1], "partitioner": "murmur2_random", "message.timeout.ms": 5_000})
errors: list[object] = []
producer.produce(
    "bankrails.payments.commands", json.dumps(event), body["payer_id"], on_delivery=lambda e, _: errors.append(e)
)
producer.flush()
sys.exit(f"not sent: {errors[0]}") if errors[0] else print(event["id"])
