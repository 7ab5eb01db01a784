"""A bucket moves in from another server (moto), through a death of ours, and out again."""

import collections
import datetime
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

import boto3

work = pathlib.Path(sys.argv[1])
work.mkdir(parents=True)
data, keys = work / "data", work / "keys"
domicile = str(pathlib.Path(__file__).parents[3] / "domicile")


def own(*words, expect=0):
    """A command of ours on the job's own data folder."""
    ran = subprocess.run([domicile, *words, "--data", str(data)], capture_output=True, text=True)
    if ran.returncode != expect:
        sys.exit(f"FAILED: {words} ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
    return ran.stdout


def up():
    own("up", "--set", "s3.listen=127.0.0.1:0", "--set", "web.listen=127.0.0.1:0",
        "--set", "sql.listen=127.0.0.1:0",
        "--set", f"keys.places={keys}")
    return json.loads((data / "run/endpoints.json").read_text())


def client(url, access_key, secret, region):
    return boto3.client("s3", endpoint_url=url, aws_access_key_id=access_key,
                        aws_secret_access_key=secret, region_name=region)


def ours(endpoints):
    first = json.loads((keys / "first.credential").read_text())
    return client(endpoints["endpoints"]["s3"], first["accessKey"], first["secret"], "home")


def versions(s3, bucket, dated=True):
    """What stands under each name, newest first within its kind."""
    found = collections.defaultdict(list)
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for each in page.get("Versions", []):
            date = each["LastModified"].replace(microsecond=0) if dated else ""
            found[each["Key"]].append((each["ETag"], each["Size"], each["IsLatest"], date))
        for each in page.get("DeleteMarkers", []):
            found[each["Key"]].append(("marker", each["IsLatest"]))
    return dict(found)


def fill(s3):
    s3.create_bucket(Bucket="old", ObjectLockEnabledForBucket=True)
    for i in range(120):
        for body in (b"one", b"two"):
            s3.put_object(Bucket="old", Key=f"many/{i:04}", Body=body + str(i).encode())
        if i % 7 == 0:
            s3.delete_object(Bucket="old", Key=f"many/{i:04}")
    s3.put_object(Bucket="old", Key="a b/ü+c", Body=b"tagged", Tagging="k=v%20w",
                  Metadata={"who": "me"}, ContentType="text/x", CacheControl="no-store")
    s3.put_object(Bucket="old", Key="locked", Body=b"kept", ObjectLockMode="COMPLIANCE",
                  ObjectLockRetainUntilDate=datetime.datetime(2098, 1, 1),
                  ObjectLockLegalHoldStatus="ON")
    s3.put_object(Bucket="old", Key="dots/../x", Body=b"x")
    upload = s3.create_multipart_upload(Bucket="old", Key="parts")["UploadId"]
    parts = [{"PartNumber": n, "ETag": s3.upload_part(
        Bucket="old", Key="parts", UploadId=upload, PartNumber=n, Body=os.urandom(size))["ETag"]}
        for n, size in ((1, 5 << 20), (2, 5 << 20), (3, 77))]
    s3.complete_multipart_upload(Bucket="old", Key="parts", UploadId=upload,
                                 MultipartUpload={"Parts": parts})
    s3.put_bucket_cors(Bucket="old", CORSConfiguration={
        "CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.put_bucket_website(Bucket="old", WebsiteConfiguration={"IndexDocument": {"Suffix": "i"}})


def killed_midway(move):
    """Kills our server when something was carried and before all was."""
    pid = json.loads((data / "run/endpoints.json").read_text())["pid"]
    for _ in range(600):
        shown = json.loads(own("move", "list", "--json").splitlines()[0])
        if shown["state"] != "running":
            sys.exit(f"FAILED: it ended before it was killed: {shown}")
        if shown["carried"] > 0:
            os.kill(pid, signal.SIGKILL)
            return shown["carried"]
        time.sleep(0.05)
    sys.exit("FAILED: nothing was carried")


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
log = open(work / "moto.log", "w")
moto = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                        stdout=log, stderr=log)
try:
    there = client(f"http://127.0.0.1:{port}", "moto", "moto-secret", "us-east-1")
    for _ in range(200):
        try:
            there.list_buckets()
            break
        except Exception:
            time.sleep(0.1)
    fill(there)
    credential = work / "moto.json"
    credential.write_text(json.dumps(
        {"accessKey": "moto", "secret": "moto-secret", "region": "us-east-1"}))
    credential.chmod(0o600)

    up()
    own("target", "create", "moto", f"http://127.0.0.1:{port}", "--zone", "home",
        "--network", "127.0.0.0/8", "--organisation", "main")
    started = own("import", "s3://old", "s3://new", "--from", "moto",
                  "--remote-credential", str(credential), "--background", "--json")
    move = json.loads(started)["move"]
    carried = killed_midway(move)
    here = ours(up())
    own("move", "watch", move)
    want, got = versions(there, "old"), versions(here, "new")
    del want["dots/../x"]
    assert want == got, [(n, want.get(n), got.get(n)) for n in want.keys() | got.keys()
                         if want.get(n) != got.get(n)][:5]
    print(f"ok: killed after {carried} versions, and every version came once")

    left = [json.loads(line) for line in own("move", "report", move, "--left", "--json").splitlines()]
    assert sorted((each["name"], each["from"]) for each in left if not each["name"]) == [
        ("", "website")], left
    assert [each["name"] for each in left if each["name"]] == ["dots/../x"], left
    print("ok: what cannot be carried is named")

    assert here.get_object_tagging(Bucket="new", Key="a b/ü+c")["TagSet"] == [
        {"Key": "k", "Value": "v w"}]
    head = here.head_object(Bucket="new", Key="a b/ü+c")
    assert (head["Metadata"], head["ContentType"], head["CacheControl"]) == (
        {"who": "me"}, "text/x", "no-store"), head
    head = here.head_object(Bucket="new", Key="locked")
    assert (head["ObjectLockMode"], head["ObjectLockRetainUntilDate"].year,
            head["ObjectLockLegalHoldStatus"]) == ("COMPLIANCE", 2098, "ON"), head
    assert here.get_bucket_cors(Bucket="new")["CORSRules"][0]["AllowedOrigins"] == ["*"]
    body = here.get_object(Bucket="new", Key="parts")["Body"].read()
    assert body == there.get_object(Bucket="old", Key="parts")["Body"].read()
    print("ok: tags, metadata, locks, settings, bytes")

    own("export", "s3://new", "s3://back", "--to", "moto", "--remote-credential", str(credential))
    assert versions(there, "back", dated=False) == {
        name: [each[:3] + ("",) if len(each) == 4 else each for each in found]
        for name, found in want.items()}
    head = there.head_object(Bucket="back", Key="locked")
    assert head["ObjectLockMode"] == "COMPLIANCE", head
    print("ok: and out again, with the same ETags")
    own("down")

    planted = re.compile(rb"moto-secret")
    for file in data.rglob("*"):
        if file.is_file():
            assert not planted.search(file.read_bytes()), f"{file} holds the other side's secret"
    print("ok: the other side's secret stands in no file")
finally:
    moto.kill()
    moto.wait()
    if (data / "run/endpoints.json").exists():
        subprocess.run([domicile, "down", "--data", str(data)], capture_output=True)
