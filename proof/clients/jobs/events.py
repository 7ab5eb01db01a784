"""boto3: a webhook of a few lines is told what happens in a bucket, and verifies who says it; then a stream is."""

import base64
import hashlib
import hmac
import json
import os
import queue
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote_plus

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from confluent_kafka import Consumer

BUCKET = "events-job"
ARN = os.environ["HOOK_ARN"]
STREAM = "job.bucket"
STREAM_ARN = "arn:aws:kafka:home:main:topic/" + STREAM
SECRET = base64.b64decode(os.environ["HOOK_SECRET"].removeprefix("whsec_"))
s3 = boto3.client("s3", config=Config(retries={"max_attempts": 1}))
came = queue.Queue()


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def genuine(headers, body):
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and any(hmac.compare_digest(each, wanted) for each in headers["webhook-signature"].split())


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        good = genuine(self.headers, body)
        if good:
            came.put(json.loads(body))
        self.send_response(204 if good else 401)
        self.end_headers()

    def log_message(self, *arguments):
        pass


def topic(events, arn=ARN):
    return {"TopicConfigurations": [{"Id": "all", "TopicArn": arn, "Events": events}]}


def notify(configuration):
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=configuration)


def records(count):
    found = []
    while len(found) < count:
        found += came.get(timeout=30).get("Records", [])
    return sorted((r["eventName"], unquote_plus(r["s3"]["object"]["key"])) for r in found)


def main():
    server = HTTPServer(("127.0.0.1", int(os.environ["HOOK_PORT"])), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    s3.create_bucket(Bucket=BUCKET)
    check("TopicConfigurations" not in s3.get_bucket_notification_configuration(Bucket=BUCKET), "nothing yet")
    for wrong in (topic(["s3:ObjectCreated:Gone"]), topic(["s3:ObjectCreated:*"], ARN + "-not")):
        try:
            notify(wrong)
        except ClientError as error:
            check(error.response["Error"]["Code"] == "InvalidArgument", f"InvalidArgument, not {error}")
        else:
            check(False, f"{wrong} was taken")
    notify(topic(["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]))
    got = s3.get_bucket_notification_configuration(Bucket=BUCKET)["TopicConfigurations"]
    check([g["TopicArn"] for g in got] == [ARN], f"the configuration comes back: {got}")
    test = came.get(timeout=30)
    check(test["Event"] == "s3:TestEvent" and test["Bucket"] == BUCKET, f"a test event: {test}")
    print("ok: a notification and its test")

    s3.put_object(Bucket=BUCKET, Key="a b/ü", Body=b"x")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "a b/ü"})
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a b/ü"}, {"Key": "absent"}]})
    told = records(3)
    check(
        told
        == [("ObjectCreated:Copy", "copy"), ("ObjectCreated:Put", "a b/ü"), ("ObjectRemoved:Delete", "a b/ü")],
        f"what happened: {told}",
    )
    print("ok: put, copy and delete are told")

    notify({})
    s3.delete_object(Bucket=BUCKET, Key="copy")
    s3.delete_bucket(Bucket=BUCKET)
    check(came.empty(), "nothing is told any more")
    print("ok: without a notification nothing is told")
    into_a_stream()


def into_a_stream():
    s3.create_bucket(Bucket=BUCKET)
    try:
        notify(topic(["s3:ObjectCreated:*"], STREAM_ARN + ".not"))
    except ClientError as error:
        check(error.response["Error"]["Code"] == "InvalidArgument", f"InvalidArgument, not {error}")
    else:
        check(False, "a stream that is not there was taken")
    notify(topic(["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], STREAM_ARN))
    got = s3.get_bucket_notification_configuration(Bucket=BUCKET)["TopicConfigurations"]
    check([g["TopicArn"] for g in got] == [STREAM_ARN], f"the configuration comes back: {got}")
    etag = s3.put_object(Bucket=BUCKET, Key="a b/ü", Body=b"seven..")["ETag"].strip('"')
    s3.delete_object(Bucket=BUCKET, Key="a b/ü")

    lines = os.environ["KAFKA_LIBRDKAFKA"].splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    reader = Consumer(settings | {"group.id": "bucket", "auto.offset.reset": "earliest"})
    reader.subscribe([STREAM])
    told = {}  # at least once: by the id that stays the same
    until = time.monotonic() + 40
    while len(told) < 3 and time.monotonic() < until:
        message = reader.poll(0.5)
        if message is not None:
            check(not message.error(), str(message.error()))
            told.setdefault(dict(message.headers())["event-id"], message)
    reader.close()
    test, *events = [json.loads(each.value()) for each in told.values()]
    check(test["Event"] == "s3:TestEvent" and test["Bucket"] == BUCKET, f"a test event: {test}")
    keys = [each.key().decode() for each in list(told.values())[1:]]
    check(keys == 2 * [BUCKET + "/a b/ü"], f"the object's place is the key: {keys}")
    (put,), (removed,) = [each["Records"] for each in events]
    names = [put["eventName"], removed["eventName"]]
    check(names == ["ObjectCreated:Put", "ObjectRemoved:Delete"], f"in their order: {names}")
    what = put["s3"]["object"]
    check((unquote_plus(what["key"]), what["size"], what["eTag"]) == ("a b/ü", 7, etag), f"which: {what}")
    print("ok: a stream is told too, each object's events in their order")
    notify({})
    s3.delete_bucket(Bucket=BUCKET)


main()
