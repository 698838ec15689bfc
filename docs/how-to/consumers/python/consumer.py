"""Prints each event of the topic: its position in the log, its type, whom it is about, and what it says."""

import json
import sys

from confluent_kafka import DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer

brokers, registry = sys.argv[1:]

consumer = DeserializingConsumer(
    {
        "bootstrap.servers": brokers,
        "group.id": "greetings-python",
        "auto.offset.reset": "earliest",
        # Without it you see events of transactions that were taken back.
        "isolation.level": "read_committed",
        # The offset moves when an event was handled, not when it was fetched.
        "enable.auto.offset.store": False,
        "value.deserializer": AvroDeserializer(SchemaRegistryClient({"url": registry})),
    }
)
consumer.subscribe(["kf-evento-events"])

while True:
    message = consumer.poll(1)
    if message is None:
        continue
    headers = {name: value.decode() for name, value in message.headers()}
    # The host's own history, such as evento.FunctionDeployed, is on the topic too.
    if not headers["ce_type"].startswith("evento."):
        print(headers["ce_position"], headers["ce_type"], headers["ce_subject"], json.dumps(message.value(), default=str), flush=True)
    consumer.store_offsets(message)
