"""OpenTelemetry's own SDK and exporter: traces, metrics and logs by OTLP/HTTP into a stream, packed and not.

And the SDK of CloudEvents: events in both modes and in batches, read back over HTTP and from Kafka.
"""

import base64
import json
import logging
import os
import sys
import urllib.error
import urllib.request
from datetime import datetime, timezone

from cloudevents.core.bindings import http, kafka
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import Consumer
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

STREAM = os.environ["WEB"] + "/streams/job.telemetry"
PAIR = os.environ["AWS_ACCESS_KEY_ID"] + ":" + os.environ["AWS_SECRET_ACCESS_KEY"]
LOGIN = {"Authorization": "Basic " + base64.b64encode(PAIR.encode()).decode()}
REQUESTS = {
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "logs": ExportLogsServiceRequest,
}
RESPONSES = {
    "traces": ExportTraceServiceResponse,
    "metrics": ExportMetricsServiceResponse,
    "logs": ExportLogsServiceResponse,
}


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def ask(url, body=None, **headers):
    asked = urllib.request.Request(url, data=body, headers=LOGIN | headers)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers["Content-Type"], e.read()


def export(compression):
    """Everything of the SDK's that ends with an export that succeeded; what failed it would log."""
    place = Resource.create({"service.name": "gauge"})
    common = {"headers": LOGIN, "compression": compression}
    traces = TracerProvider(resource=place)
    traces.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(STREAM + "/v1/traces", **common)))
    with traces.get_tracer("job").start_as_current_span("read the gauge") as span:
        span.set_attribute("level", 451)
    metrics = MeterProvider(
        [PeriodicExportingMetricReader(OTLPMetricExporter(STREAM + "/v1/metrics", **common))], resource=place
    )
    metrics.get_meter("job").create_counter("readings").add(7)
    logs = LoggerProvider(resource=place)
    logs.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(STREAM + "/v1/logs", **common)))
    logger = logging.Logger("gauge", logging.INFO)
    logger.addHandler(LoggingHandler(logger_provider=logs))
    logger.warning("the water is high at %s", "Pier")
    for each in (traces, metrics, logs):
        each.shutdown()


def plain(value):
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()


failures = []
watcher = logging.Handler(logging.WARNING)
watcher.emit = lambda record: failures.append(record.getMessage())
logging.getLogger("opentelemetry").addHandler(watcher)
for way in (Compression.NoCompression, Compression.Gzip):
    export(way)
check(not failures, "the SDK says: %s" % failures)
print("ok: traces, metrics and logs are exported, packed and not")

status, _, body = ask(STREAM + "/records?from=beginning&limit=6&idle=20000", Accept="application/x-ndjson")
records = [json.loads(line) for line in body.splitlines() if line.strip()]
check(status == 200 and len(records) == 6, "%d: %d records" % (status, len(records)))
seen = []
for each in records:
    signal = each["headers"]["signal"]
    check(each["headers"]["content-type"] == "application/x-protobuf", str(each["headers"]))
    request = REQUESTS[signal].FromString(plain(each["value"]))
    if signal == "traces":
        span = request.resource_spans[0].scope_spans[0].spans[0]
        check(span.attributes[0].value.int_value == 451, str(span))
        seen.append(span.name)
    elif signal == "metrics":
        metric = request.resource_metrics[0].scope_metrics[0].metrics[0]
        check(metric.sum.data_points[0].as_int == 7, str(metric))
        seen.append(metric.name)
    else:
        seen.append(request.resource_logs[0].scope_logs[0].log_records[0].body.string_value)
check(sorted(seen) == sorted(2 * ["read the gauge", "readings", "the water is high at Pier"]), str(seen))
print("ok: each record is the request, as it came")

for signal, response in RESPONSES.items():
    for type, empty in (("application/x-protobuf", b""), ("application/json", b"{}")):
        answer = ask("%s/v1/%s" % (STREAM, signal), empty, **{"Content-Type": type})
        check(answer[:2] == (200, type), str(answer))
        if type == "application/json":
            check(json.loads(answer[2]) == {}, str(answer))
        else:
            check(not response.FromString(answer[2]).HasField("partial_success"), str(answer))
print("ok: an answer has the form of the request, and says that all came")

absent = os.environ["WEB"] + "/streams/job.none/v1/traces"
for type in ("application/x-protobuf", "application/json"):
    code, told, body = ask(absent, b"{}" if type == "application/json" else b"", **{"Content-Type": type})
    check((code, told) == (404, type), "%d %s" % (code, told))
    message = json.loads(body)["message"] if type == "application/json" else Status.FromString(body).message
    check("job.none" in message, message)
print("ok: so has one that refuses, which is a Status with a sentence")

EVENTS = os.environ["WEB"] + "/streams/job.cloud"
SETTINGS = dict(
    line.split("=", 1)
    for line in os.environ["KAFKA_LIBRDKAFKA"].splitlines()
    if "=" in line and not line.startswith("#")
)


def event(number, data, type="application/json"):
    return CloudEvent(
        {
            "id": str(number),
            "source": "https://city.example/gauges",
            "type": "example.city.level",
            "time": datetime(2026, 11, 30, 8, 15, number, tzinfo=timezone.utc),
            "datacontenttype": type,
            "subject": "Pier \u20ac 5, 100 %",
            "partitionkey": "pier",
        },
        data,
    )


events = [
    event(0, {"level": 451}),
    event(1, {"level": 452}),
    event(2, b"\0\xff", "application/octet-stream"),
    event(3, b"\0\xff", "application/octet-stream"),
    event(4, {"level": 454}),
    event(5, {"level": 455}),
]
for i, message in enumerate(
    [
        http.to_structured_event(events[0]),
        http.to_binary_event(events[1]),
        http.to_structured_event(events[2]),
        http.to_binary_event(events[3]),
        http.HTTPMessage(
            {"content-type": "application/cloudevents-batch+json"},
            b"[" + b",".join(JSONFormat().write(each) for each in events[4:]) + b"]",
        ),
    ]
):
    status, _, body = ask(EVENTS, message.body, **message.headers)
    check(status == 200 and json.loads(body)["records"] == (2 if i == 4 else 1), "event %d: %s" % (i, body))
print("ok: CloudEvents are published, structured, binary and in a batch")


def attributes(event):
    return {name: value for name, value in event.get_attributes().items() if value is not None}


def same(way, told):
    check(len(told) == len(events), "%s: %d events" % (way, len(told)))
    for want, got in zip(events, told):
        check(attributes(got) == attributes(want), "%s: %s, not %s" % (way, attributes(got), attributes(want)))
        check(got.get_data() == want.get_data(), "%s: %r, not %r" % (way, got.get_data(), want.get_data()))


def shown(value):
    """A record's value as it came: JSON is shown as such."""
    return json.dumps(value).encode() if isinstance(value, dict) and "base64" not in value else plain(value)


status, _, body = ask(EVENTS + "/records?from=beginning&limit=6&idle=20000", Accept="application/x-ndjson")
records = [json.loads(line) for line in body.splitlines() if line.strip()]
check([each["key"] for each in records] == 6 * ["pier"], str(records))
same(
    "over HTTP",
    [
        kafka.from_kafka_event(
            kafka.KafkaMessage(
                {name: text.encode() for name, text in each["headers"].items()}, each["key"], shown(each["value"])
            )
        )
        for each in records
    ],
)
reader = Consumer(SETTINGS | {"group.id": "cloud", "auto.offset.reset": "earliest"})
reader.subscribe(["job.cloud"])
messages = reader.consume(len(events), 30)
reader.close()
same(
    "from Kafka",
    [kafka.from_kafka_event(kafka.KafkaMessage(dict(each.headers()), each.key(), each.value())) for each in messages],
)
print("ok: and the SDK reads them back over HTTP and from Kafka")

status, _, body = ask(EVENTS, b"{}", **{"content-type": "application/json", "ce-specversion": "1.0", "ce-id": "1"})
check(status == 400 and b"source, type" in body, "%d: %s" % (status, body))
print("ok: what is no CloudEvent is refused")
