"""confluent-kafka (librdkafka) with tokens of an issuer (OAUTHBEARER): an issuer, a job, and what is refused."""

import base64
import http.server
import json
import os
import sys
import threading
import time

from confluent_kafka import Consumer, Producer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

STREAM = "job.tokens"
PORT = int(os.environ["ISSUER_PORT"])
ISSUER = "http://127.0.0.1:%d/realm" % PORT
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def check(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value):
    return text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Issuer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        public = KEY.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "k", "use": "sig", "n": number(public.n), "e": number(public.e)}
        known = {
            "/realm/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": ISSUER + "/keys"},
            "/realm/keys": {"keys": [key]},
        }
        body = json.dumps(known.get(self.path, {})).encode()
        self.send_response(200 if self.path in known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def token(seconds, **more):
    claims = {"iss": ISSUER, "sub": "gauge-7", "aud": "jobs", "exp": int(time.time()) + seconds} | more
    signed = ".".join(
        text(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "k", "typ": "JWT"}, claims)
    )
    signature = KEY.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return signed + "." + text(signature)


def settings(seconds, errors, **claims):
    def fetch(_):
        given.append(token(seconds, **claims))
        return given[-1], time.time() + seconds

    given = []
    return given, {
        "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP"],
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "oauth_cb": fetch,
        "error_cb": lambda error: errors.append(str(error)),
    }


threading.Thread(target=http.server.HTTPServer(("127.0.0.1", PORT), Issuer).serve_forever, daemon=True).start()

# tokens of three seconds: it shows the next one on the connection that it has, and goes on
errors, failed = [], []
given, own = settings(3, errors)
writer = Producer(own)
sent = 0
more = 25  # records behind the second token
end = time.monotonic() + 20
while more > 0 and time.monotonic() < end:
    writer.produce(STREAM, value=str(sent), on_delivery=lambda e, _: e and failed.append(e))
    sent += 1
    writer.poll(0.02)
    more -= len(given) > 1
check(writer.flush(20) == 0 and not failed, "not delivered: %s, %s" % (failed[:1], errors[:3]))
check(len(given) > 1, "one token was enough")
print("ok: a producer outlives its first token")

_, own = settings(600, errors)
reader = Consumer(own | {"group.id": "tokens", "auto.offset.reset": "earliest"})
reader.subscribe([STREAM])
values = set()
end = time.monotonic() + 30
while len(values) < sent and time.monotonic() < end:
    message = reader.poll(0.5)
    if message is not None and not message.error():
        values.add(int(message.value()))
reader.close()
check(values == set(range(sent)), "%d of %d came, %s" % (len(values), sent, errors[:3]))
print("ok: a group reads all of it with another token")

for claims, part in (
    ({"aud": "others"}, "another audience"),
    ({"sub": "desk-1"}, "does not trust you"),
    ({"exp": 1}, "has expired"),
):
    errors = []
    _, own = settings(600, errors, **claims)
    refused = Producer(own)
    end = time.monotonic() + 10
    while not any(part in each for each in errors) and time.monotonic() < end:
        refused.poll(0.1)
    check(any(part in each for each in errors), "%s: %s" % (part, errors[:3]))
print("ok: what is no good token is refused with a sentence")
