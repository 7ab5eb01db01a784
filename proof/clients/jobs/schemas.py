"""confluent-kafka's clients of a schema registry: Avro, JSON Schema and Protobuf through streams, into tables."""

import base64
import os
import sys
import time
import urllib.request

import psycopg
from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

SETTINGS = dict(
    line.split("=", 1)
    for line in os.environ["KAFKA_LIBRDKAFKA"].splitlines()
    if "=" in line and not line.startswith("#")
)
REGISTRY = {
    "url": os.environ["WEB"] + "/schemas",
    "basic.auth.user.info": SETTINGS["sasl.username"] + ":" + SETTINGS["sasl.password"],
}
STREAMS = ["framed.avro", "framed.json", "framed.proto"]


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def context(stream):
    return SerializationContext(stream, MessageField.VALUE)


registry = SchemaRegistryClient(REGISTRY)
writer = Producer(SETTINGS | {"linger.ms": 5})


def send(stream, values, serializer):
    for each in values:
        writer.produce(stream, serializer(each, context(stream)))
    check(writer.flush(30) == 0, "not delivered to " + stream)


AVRO = """{"type":"record","name":"Reading","namespace":"water","fields":[
 {"name":"station","type":"string"},{"name":"level","type":"double"},
 {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}}%s]}"""
JSON = """{"$schema":"http://json-schema.org/draft-07/schema#","title":"Reading","type":"object",
 "properties":{"station":{"type":"string"},"level":{"type":"number"}%s},
 "required":["station"],"additionalProperties":false}"""
readings = [{"station": "s%d" % i, "level": i / 2} for i in range(50)]
records = [each | {"at": 1_700_000_000_000 + i} for i, each in enumerate(readings)]

send(STREAMS[0], records, AvroSerializer(registry, AVRO % ""))
send(STREAMS[1], readings, JSONSerializer(JSON % "", registry, lambda each, _: each))

file = descriptor_pb2.FileDescriptorProto(
    name="reading.proto",
    package="water",
    syntax="proto3",
    dependency=["google/protobuf/timestamp.proto"],
)
message = file.message_type.add(name="Reading")
message.field.add(name="station", number=1, type=9, label=1)
message.field.add(name="level", number=2, type=1, label=1)
message.field.add(name="at", number=3, type=11, label=1, type_name=".google.protobuf.Timestamp")
pool = descriptor_pool.Default()
pool.Add(file)
Reading = message_factory.GetMessageClass(pool.FindMessageTypeByName("water.Reading"))
messages = [
    Reading(station=each["station"], level=each["level"], at=timestamp_pb2.Timestamp(seconds=7))
    for each in readings
]
send(STREAMS[2], messages, ProtobufSerializer(Reading, registry, {"use.deprecated.format": False}))
print("ok: three serializers register their schemas and publish")

reader = Consumer(SETTINGS | {"group.id": "schemas", "auto.offset.reset": "earliest"})
reader.subscribe(STREAMS)
values = {each: [] for each in STREAMS}
end = time.monotonic() + 30
while sum(map(len, values.values())) < 150 and time.monotonic() < end:
    got = reader.poll(0.5)
    if got is not None:
        check(not got.error(), str(got.error()))
        values[got.topic()].append(got.value())
reader.close()


def read(stream, deserializer):
    return [deserializer(each, context(stream)) for each in values[stream]]


fresh = SchemaRegistryClient(REGISTRY)
told = read(STREAMS[0], AvroDeserializer(fresh))
check(sorted(each["station"] for each in told) == sorted(each["station"] for each in readings), "avro")
check(told[0]["at"].year == 2023, "a timestamp")
told = read(STREAMS[1], JSONDeserializer(None, schema_registry_client=fresh))
check(sorted(each["level"] for each in told) == [each["level"] for each in readings], "json")
told = read(STREAMS[2], ProtobufDeserializer(Reading, {"use.deprecated.format": False}, fresh))
check(sorted(each.level for each in told) == [each.level for each in messages], "protobuf")
print("ok: three deserializers read what was published")

more = Schema(AVRO % ',{"name":"note","type":["null","string"],"default":null}', "AVRO")
check(registry.test_compatibility("framed.avro-value", more), "a field with a default goes")
broken = Schema(AVRO % ',{"name":"note","type":"string"}', "AVRO")
check(not registry.test_compatibility("framed.avro-value", broken), "one without does not")
try:
    registry.register_schema("framed.avro-value", broken)
    check(False, "it was registered")
except SchemaRegistryError as e:
    check(e.http_status_code == 409, str(e))
registry.register_schema("framed.avro-value", more)
check(registry.get_versions("framed.avro-value") == [1, 2], "two versions")
latest = registry.get_latest_version("framed.avro-value")
check(latest.version == 2 and "note" in latest.schema.schema_str, "the latest")
reader_schema = AvroDeserializer(registry, more.schema_str)
check(read(STREAMS[0], reader_schema)[0]["note"] is None, "an old record, read anew")
print("ok: versions evolve, and what breaks is refused")

place = Schema('{"type":"record","name":"Place","namespace":"geo","fields":[{"name":"x","type":"int"}]}', "AVRO")
registry.register_schema("place", place)
on = Schema(
    '{"type":"record","name":"At","fields":[{"name":"place","type":"geo.Place"}]}',
    "AVRO",
    [SchemaReference("geo.Place", "place", 1)],
)
number = registry.register_schema("at", on)
check(fresh.get_schema(number).references[0].subject == "place", "a reference")
registry.set_compatibility("at", "FULL")
check(registry.get_compatibility("at") == "FULL", "a level")
check(registry.delete_subject("at") == [1], "deleted")
check(registry.delete_subject("at", permanent=True) == [1], "deleted for good")
check("at" not in registry.get_subjects(), "it is gone")
print("ok: references, levels, deletion")

# the same streams as tables: what they hold already, then what a newer serializer adds
login = base64.b64encode(REGISTRY["basic.auth.user.info"].encode()).decode()
for each in STREAMS:
    asked = urllib.request.Request(
        "%s/streams/%s/table" % (os.environ["WEB"], each), method="PUT", headers={"Authorization": "Basic " + login}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        check(answer.status == 201, "a table of " + each)
newer = AvroSerializer(registry, more.schema_str)
send(STREAMS[0], [{"station": "new", "level": 99.0, "at": 1_700_000_001_000, "note": "by ferry"}], newer)
sql = psycopg.connect(autocommit=True)


def rows(asked):
    return sql.execute(asked).fetchall()


for each, count in zip(STREAMS, (51, 50, 50)):
    found = rows("select count(*), sum(level) from " + each)
    check(found == [(count, 612.5 + 99 * (count - 50))], "%s: %s" % (each, found))
check(rows("select level from framed.json where station = 's7'") == [(3.5,)], "a value of JSON Schema")
check(rows("select level, extract(epoch from at) from framed.proto where station = 's7'") == [(3.5, 7)], "of Protobuf")
found = rows("select station, note from framed.avro where level in (3.5, 99) order by level")
check(found == [("s7", None), ("new", "by ferry")], "of two versions of Avro: %s" % found)
print("ok: framed records are rows, those from before the table too")

ok = newer({"station": "cut", "level": 1.0, "at": 1_700_000_002_000, "note": None}, context(STREAMS[0]))
unfit = {
    ok[:-3]: "at: it ends before what its schema says",
    ok + b"!": "something stands behind what its schema says",
    b"\0\0\x0f\x42\x3f" + ok[5:]: "its header names a schema that its organisation does not have",
    b"\0" + registry.get_latest_version("framed.json-value").schema_id.to_bytes(4, "big")
    + ok[5:]: "the schema that wrote it is of another language",
}
for value in unfit:
    writer.produce(STREAMS[0], value)
writer.produce(STREAMS[0], ok)
check(writer.flush(30) == 0, "not delivered")
found = {bytes(value): why for value, why in rows("select value, why from framed.avro_unfit")}
check(found == unfit, "what does not fit: %s" % found)
check(rows("select count(*) from framed.avro where station = 'cut'") == [(1,)], "what fits, behind it")
print("ok: framed records that do not fit lie beside with the reason")
