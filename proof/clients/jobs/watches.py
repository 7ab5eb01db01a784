"""Watches over what schema-registry clients publish: Avro and Protobuf, while schemas evolve."""

import base64
import json
import os
import struct
import sys
import time
import urllib.request

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

SETTINGS = dict(
    line.split("=", 1)
    for line in os.environ["KAFKA_LIBRDKAFKA"].splitlines()
    if "=" in line and not line.startswith("#")
)
LOGIN = SETTINGS["sasl.username"] + ":" + SETTINGS["sasl.password"]
WEB = os.environ["WEB"]
START = 1_780_000_000  # seconds, a multiple of ten


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def ask(method, path, body=None):
    request = urllib.request.Request(
        WEB + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Basic " + base64.b64encode(LOGIN.encode()).decode()},
    )
    with urllib.request.urlopen(request, timeout=100) as answer:
        return json.load(answer)


registry = SchemaRegistryClient({"url": WEB + "/schemas", "basic.auth.user.info": LOGIN})
writer = Producer(SETTINGS | {"linger.ms": 5})
reader = Consumer(
    SETTINGS
    | {
        "group.id": "watches",
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
    }
)
reader.subscribe(["watch.avro.found", "watch.proto.found"])
found = {"watch.avro.found": [], "watch.proto.found": []}


def context(stream):
    return SerializationContext(stream, MessageField.VALUE)


def send(stream, values, serializer):
    for each in values:
        writer.produce(stream, serializer(each, context(stream)))
    check(writer.flush(30) == 0, "not delivered to " + stream)


def await_results(stream, count):
    end = time.monotonic() + 60
    while len(found[stream]) < count and time.monotonic() < end:
        got = reader.poll(0.5)
        if got is not None and not got.error():
            found[got.topic()].append(json.loads(got.value()))
    if len(found[stream]) != count:
        sys.exit("FAILED: %s has %s: %s" % (stream, found[stream], ask("GET", "/watches/")))
    return [(each["station"], each["n"], each["top"]) for each in found[stream]]


def watch(name, stream):
    ask(
        "PUT",
        "/watches/" + name,
        {
            "sql": "select station, count(*) as n, max(level) as top, window_end from"
            ' table(tumble(table "%s", descriptor(at), interval \'10\' second))'
            " group by station, window_start, window_end" % stream,
            "to": stream + ".found",
            "from": "beginning",
            "lateSeconds": 0,
        },
    )


# Avro
AVRO = """{"type":"record","name":"Reading","namespace":"water","fields":[
 {"name":"station","type":"string"},{"name":"level","type":%s},
 {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}%s]}"""


def avro(level, second, **more):
    return {"station": "north", "level": level, "at": (START + second) * 1000} | more


one = AvroSerializer(registry, AVRO % ('"int"', ""))
send("watch.avro", [avro(4, 1), avro(7, 2), avro(5, 3)], one)
watch("avro", "watch.avro")
send("watch.avro", [avro(1, 11)], one)
check(await_results("watch.avro.found", 1) == [("north", 3, 7)], str(found))
print("ok: an aggregate over binary Avro")

# a field more, and another before those that the watch knows, while it runs
two = AvroSerializer(registry, AVRO % ('"int"', ',{"name":"note","type":"string","default":""}'))
send("watch.avro", [avro(9, 12, note="new"), avro(2, 13, note="new")], two)
send("watch.avro", [avro(3, 14)], one)
# what is not of this stream, and what is nothing at all
other = registry.register_schema("watch.other-value", Schema(AVRO % ('"long"', ""), "AVRO"))
payload = one(avro(1_000, 15), context("watch.avro"))[5:]
for broken in [
    b"\0" + struct.pack(">i", other) + payload,
    b"\0" + struct.pack(">i", 999_999) + payload,
    payload,
    b"\0\0\0",
    b"",
    one(avro(1_000, 15), context("watch.avro"))[:9],
]:
    writer.produce("watch.avro", broken)
writer.produce("watch.avro", json.dumps(avro(6, 16)).encode())
send("watch.avro", [avro(0, 21)], two)
check(await_results("watch.avro.found", 2)[1] == ("north", 5, 9), str(found))
end = time.monotonic() + 20
while ask("GET", "/watches/avro")["recordsPassedOver"] != 6 and time.monotonic() < end:
    time.sleep(0.2)
check(ask("GET", "/watches/avro")["recordsPassedOver"] == 6, str(ask("GET", "/watches/avro")))
print("ok: a newer schema while it runs, and what does not fit is passed over and counted")

# Protobuf


def reading(extra):
    file = descriptor_pb2.FileDescriptorProto(
        name="reading.proto",
        package="water",
        syntax="proto3",
        dependency=["google/protobuf/timestamp.proto"],
    )
    message = file.message_type.add(name="Reading")
    if extra:
        message.field.add(name="note", number=4, type=9, label=1)
    message.field.add(name="station", number=1, type=9, label=1)
    message.field.add(name="level", number=2, type=5, label=1)
    message.field.add(
        name="at", number=3, type=11, label=1, type_name=".google.protobuf.Timestamp"
    )
    pool = descriptor_pool.DescriptorPool()
    stamp = descriptor_pb2.FileDescriptorProto()
    timestamp_pb2.DESCRIPTOR.CopyToProto(stamp)
    pool.Add(stamp)
    pool.Add(file)
    made = message_factory.GetMessageClass(pool.FindMessageTypeByName("water.Reading"))
    return made, ProtobufSerializer(made, registry, {"use.deprecated.format": False})


def proto(made, level, second, **more):
    value = made(station="south", level=level, **more)
    value.at.seconds = START + second
    return value


first, plain = reading(False)
send("watch.proto", [proto(first, 4, 1), proto(first, 7, 2)], plain)
watch("proto", "watch.proto")
second, noted = reading(True)
send("watch.proto", [proto(second, 8, 3, note="new"), proto(second, 1, 11, note="new")], noted)
check(await_results("watch.proto.found", 1) == [("south", 3, 8)], str(found))
print("ok: an aggregate over Protobuf, with a newer message while it runs")

for each in ["avro", "proto"]:
    ask("DELETE", "/watches/" + each)
reader.close()
