"""boto3: the calls that programs make, with what new SDKs send by default; and the errors they branch on."""

import base64
import hashlib
import io
import os
import sys
import urllib.error
import urllib.request
import zlib

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "boto3-job"
s3 = boto3.client("s3", config=Config(retries={"max_attempts": 1}))


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        check(error.response["Error"]["Code"] == code, f"{code} expected, got {error}")
        return
    check(False, f"{code} expected, and the call succeeded")


def main():
    s3.create_bucket(Bucket=BUCKET)
    refused("BucketAlreadyOwnedByYou", s3.create_bucket, Bucket=BUCKET)
    check(BUCKET in [b["Name"] for b in s3.list_buckets()["Buckets"]], "list_buckets")
    check(s3.head_bucket(Bucket=BUCKET)["ResponseMetadata"]["HTTPStatusCode"] == 200, "head_bucket")
    check("Status" not in s3.get_bucket_versioning(Bucket=BUCKET), "unversioned")

    body = os.urandom(70_000)
    put = s3.put_object(Bucket=BUCKET, Key="plain", Body=body, Metadata={"unit": "mm"}, ContentType="text/x-test")
    check(put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"', "ETag is the MD5")
    got = s3.get_object(Bucket=BUCKET, Key="plain")
    check(got["Body"].read() == body and got["Metadata"] == {"unit": "mm"}, "get_object")
    check(got["ContentType"] == "text/x-test", "content type")
    print("ok: put and get")

    for algorithm in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]:
        s3.put_object(Bucket=BUCKET, Key=f"sum/{algorithm}", Body=body, ChecksumAlgorithm=algorithm)
        head = s3.head_object(Bucket=BUCKET, Key=f"sum/{algorithm}", ChecksumMode="ENABLED")
        check(f"Checksum{algorithm}" in head, f"{algorithm} is shown")
    expected = base64.b64encode(hashlib.sha256(body).digest()).decode()
    head = s3.head_object(Bucket=BUCKET, Key="sum/SHA256", ChecksumMode="ENABLED")
    check(head["ChecksumSHA256"] == expected, "SHA256 is right")
    refused("BadDigest", s3.put_object, Bucket=BUCKET, Key="bad", Body=b"abc",
            ChecksumCRC32=base64.b64encode(zlib.crc32(b"abd").to_bytes(4, "big")).decode())
    refused("BadDigest", s3.put_object, Bucket=BUCKET, Key="bad", Body=b"abc",
            ContentMD5=base64.b64encode(hashlib.md5(b"abd").digest()).decode())
    refused("404", s3.head_object, Bucket=BUCKET, Key="bad")
    print("ok: checksums")

    refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="plain", Body=b"x", IfNoneMatch="*")
    refused("NoSuchKey", s3.put_object, Bucket=BUCKET, Key="not-there", Body=b"x", IfMatch='"0"')
    refused("PreconditionFailed", s3.put_object, Bucket=BUCKET, Key="plain", Body=b"x", IfMatch='"0"')
    s3.put_object(Bucket=BUCKET, Key="plain", Body=body, IfMatch=put["ETag"])
    refused("304", s3.get_object, Bucket=BUCKET, Key="plain", IfNoneMatch=put["ETag"])
    refused("InvalidRange", s3.get_object, Bucket=BUCKET, Key="plain", Range="bytes=70000-")
    check(s3.get_object(Bucket=BUCKET, Key="plain", Range="bytes=-5")["Body"].read() == body[-5:], "suffix range")
    print("ok: conditions and ranges")

    part = os.urandom(5 << 20)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
    first = s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=1, Body=part)
    # another process takes the upload up from what the server lists
    again = boto3.client("s3")
    listed = again.list_parts(Bucket=BUCKET, Key="parts", UploadId=upload)["Parts"]
    check([p["ETag"] for p in listed] == [first["ETag"]], "list_parts")
    second = again.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=2, Body=b"tail")
    chosen = [{"PartNumber": 1, "ETag": listed[0]["ETag"]}, {"PartNumber": 2, "ETag": second["ETag"]}]
    refused("InvalidPartOrder", again.complete_multipart_upload, Bucket=BUCKET, Key="parts", UploadId=upload,
            MultipartUpload={"Parts": chosen[::-1]})
    again.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload, MultipartUpload={"Parts": chosen})
    check(s3.get_object(Bucket=BUCKET, Key="parts")["Body"].read() == part + b"tail", "a multipart upload resumed")
    two = s3.get_object(Bucket=BUCKET, Key="parts", PartNumber=2)
    check(two["Body"].read() == b"tail" and two["PartsCount"] == 2, "partNumber")
    refused("NoSuchUpload", s3.list_parts, Bucket=BUCKET, Key="parts", UploadId=upload)
    s3.upload_fileobj(io.BytesIO(part * 4), BUCKET, "managed")
    check(s3.head_object(Bucket=BUCKET, Key="managed")["ContentLength"] == 20 << 20, "managed transfer")
    print("ok: multipart")

    for name in ["a/1", "a/2", "b", "c/1", "é/ü+ %", "a/" + "n" * 1000]:
        s3.put_object(Bucket=BUCKET, Key="list/" + name, Body=b"")
    pages = list(s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 1}))
    keys = [o["Key"] for p in pages for o in p.get("Contents", [])]
    prefixes = [o["Prefix"] for p in pages for o in p.get("CommonPrefixes", [])]
    check(keys == ["list/b"] and prefixes == ["list/a/", "list/c/", "list/é/"], f"listing: {keys} {prefixes}")
    refused("KeyTooLongError", s3.put_object, Bucket=BUCKET, Key="n" * 1025, Body=b"")
    print("ok: listing")

    s3.copy_object(Bucket=BUCKET, Key="copied", CopySource={"Bucket": BUCKET, "Key": "list/é/ü+ %"})
    s3.copy({"Bucket": BUCKET, "Key": "managed"}, BUCKET, "copied-large")
    check(s3.head_object(Bucket=BUCKET, Key="copied-large")["ContentLength"] == 20 << 20, "copy")
    refused("InvalidRequest", s3.copy_object, Bucket=BUCKET, Key="plain", CopySource=f"{BUCKET}/plain")
    print("ok: copies")

    link = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "signed"}, ExpiresIn=60)
    urllib.request.urlopen(urllib.request.Request(link, data=b"by link", method="PUT"))
    link = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "signed"}, ExpiresIn=60)
    check(urllib.request.urlopen(link).read() == b"by link", "presigned")
    try:
        urllib.request.urlopen(link.replace("signed", "plain", 1))
        check(False, "a link for another object is refused")
    except urllib.error.HTTPError as error:
        check(error.code == 403 and b"SignatureDoesNotMatch" in error.read(), "another error")
    print("ok: presigned PUT and GET")

    # the resource API: objects with attributes, collections that page and delete by themselves
    home = boto3.resource("s3")
    bucket = home.Bucket("boto3-resource")
    bucket.create()
    bucket.wait_until_exists()
    check(bucket.creation_date is not None, "creation_date")
    bucket.Versioning().enable()
    check(bucket.Versioning().status == "Enabled", "Versioning")
    for number in range(12):
        bucket.put_object(Key=f"r/{number:02}", Body=b"%d" % number)
    one = bucket.Object("r/03")
    one.put(Body=b"newer", Metadata={"unit": "mm"})
    check(one.get()["Body"].read() == b"newer" and one.metadata == {"unit": "mm"}, "Object")
    check(len({v.id for v in bucket.object_versions.filter(Prefix="r/03")}) == 2, "object_versions")
    check([s.key for s in bucket.objects.filter(Prefix="r/").page_size(5)] == [f"r/{n:02}" for n in range(12)], "objects")
    bucket.Object("copied").copy_from(CopySource={"Bucket": bucket.name, "Key": "r/03"})
    upload = bucket.Object("parts").initiate_multipart_upload()
    sent = upload.Part(1).upload(Body=b"by parts")
    check([p.part_number for p in upload.parts.all()] == [1], "parts")
    upload.complete(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]})
    bucket.upload_fileobj(io.BytesIO(part * 2), "streamed")
    check(home.ObjectSummary(bucket.name, "streamed").size == 10 << 20, "ObjectSummary")
    bucket.Tagging().put(Tagging={"TagSet": [{"Key": "team", "Value": "rain"}]})
    check(bucket.Tagging().tag_set == [{"Key": "team", "Value": "rain"}], "Tagging")
    check(bucket.name in [b.name for b in home.buckets.all()], "buckets")
    bucket.object_versions.delete()
    bucket.delete()
    bucket.wait_until_not_exists()
    print("ok: the resource API")

    wrong = boto3.client("s3", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong" * 8)
    refused("SignatureDoesNotMatch", wrong.list_buckets)
    stranger = boto3.client("s3", aws_access_key_id="A" * 20, aws_secret_access_key="wrong" * 8)
    refused("InvalidAccessKeyId", stranger.list_buckets)
    refused("NoSuchBucket", s3.list_objects_v2, Bucket="no-such-bucket")
    refused("NoSuchKey", s3.get_object, Bucket=BUCKET, Key="no-such-key")
    refused("NotImplemented", s3.list_bucket_inventory_configurations, Bucket=BUCKET)
    refused("BucketNotEmpty", s3.delete_bucket, Bucket=BUCKET)
    print("ok: errors")

    keys = [o["Key"] for p in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET) for o in p["Contents"]]
    gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": k} for k in keys]})
    check(len(gone["Deleted"]) == len(keys) and "Errors" not in gone, "delete_objects")
    s3.delete_bucket(Bucket=BUCKET)
    print("ok: delete_objects")


main()
