"""confluent-kafka (librdkafka): an idempotent producer, transactions, groups that share partitions."""

import os
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

SETTINGS = dict(
    line.split("=", 1)
    for line in os.environ["KAFKA_LIBRDKAFKA"].splitlines()
    if "=" in line and not line.startswith("#")
)
STREAM = "job.events"


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def producer(**more):
    return Producer(SETTINGS | {"linger.ms": 5} | more)


def consumer(group, **more):
    settings = {"group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False}
    return Consumer(SETTINGS | settings | more)


def drain(reader, count, seconds=30):
    values = []
    end = time.monotonic() + seconds
    while len(values) < count and time.monotonic() < end:
        message = reader.poll(0.5)
        if message is not None:
            check(not message.error(), str(message.error()))
            values.append(message.value().decode())
    return values


# SCRAM, as this librdkafka does it by the book
admin = AdminClient(SETTINGS | {"sasl.mechanism": "SCRAM-SHA-256"})
check(STREAM in admin.list_topics(timeout=20).topics, "the stream is not seen")
print("ok: a login by SCRAM sees the stream")

failed = []
writer = producer(**{"enable.idempotence": True})
for i in range(5_000):
    writer.produce(STREAM, key=str(i % 13), value=str(i), on_delivery=lambda e, _: e and failed.append(e))
    writer.poll(0)
check(writer.flush(30) == 0 and not failed, "not delivered: %s" % failed[:1])
reader = consumer("all")
reader.subscribe([STREAM])
values = drain(reader, 5_000)
check(sorted(map(int, values)) == list(range(5_000)), "%d values" % len(values))
order = {}
for value in map(int, values):
    check(order.get(value % 13, -1) < value, "the order of a key")
    order[value % 13] = value
reader.commit(asynchronous=False)
reader.close()
print("ok: an idempotent producer, and each key in its order")

# two members share what there is; what one gives up in a rebalance the other may read again
seen = set()


def member():
    own = consumer("shared")
    own.subscribe([STREAM])
    end = time.monotonic() + 40
    while len(seen) < 5_000 and time.monotonic() < end:
        message = own.poll(0.2)
        if message is not None and not message.error():
            seen.add(message.value())
    own.close()


threads = [threading.Thread(target=member) for _ in range(2)]
for each in threads:
    each.start()
for each in threads:
    each.join()
check(len(seen) == 5_000, "%d values" % len(seen))
print("ok: two members of a group read all of it")

# a group that never commits begins anew each time, beside one that goes on


def everything(group, commits=False, count=5_000):
    own = consumer(group)
    own.subscribe([STREAM])
    found = drain(own, count)
    if commits:
        own.commit(asynchronous=False)
    else:
        places = own.committed([TopicPartition(STREAM, each) for each in range(3)], timeout=20)
        check(all(each.offset < 0 for each in places), "a place of who commits none: %s" % places)
    own.close()
    return sorted(map(int, found))


check(everything("forgetful") == list(range(5_000)), "the first time")
keeping = everything("keeping", commits=True)
writer.produce(STREAM, key="next", value="5000")
check(writer.flush(30) == 0, "not delivered")
check(everything("forgetful", count=5_001) == list(range(5_001)), "again all of it")
check(everything("keeping", commits=True, count=1) == [5_000] and keeping == list(range(5_000)), "and the other goes on")
check(everything("forgetful", count=5_001) == list(range(5_001)), "and once more")
print("ok: a group that never commits reads all of it each time, and harms none that does")

transactional = producer(**{"transactional.id": "job-transactions"})
transactional.init_transactions(30)
for ends in ("abort", "commit"):
    transactional.begin_transaction()
    for i in range(100):
        transactional.produce(STREAM, value="%s-%d" % (ends, i))
    transactional.abort_transaction(30) if ends == "abort" else transactional.commit_transaction(30)
reader = consumer("committed", **{"isolation.level": "read_committed"})
reader.subscribe([STREAM])
values = drain(reader, 5_101)
check(len([each for each in values if each.startswith("commit-")]) == 100, "committed records")
check(not [each for each in values if each.startswith("abort-")], "aborted records were read")
reader.close()
print("ok: what is aborted is not read, and what is committed is")

told = []
wrong = AdminClient(
    SETTINGS | {"sasl.password": "wrong", "sasl.mechanism": "SCRAM-SHA-256", "error_cb": lambda e: told.append(e.code())}
)
end = time.monotonic() + 20
while KafkaError._AUTHENTICATION not in told and time.monotonic() < end:
    wrong.poll(0.1)
check(KafkaError._AUTHENTICATION in told, "a wrong secret is let in: %s" % told)
print("ok: a wrong secret is refused")
