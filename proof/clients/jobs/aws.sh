#!/usr/bin/env bash
# aws-cli: buckets, recursive copies, sync in both directions, multipart, presigned links, removal.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

make_tree tree
aws s3 mb s3://aws-job
aws s3 cp --only-show-errors --recursive tree s3://aws-job/tree
aws s3 cp --only-show-errors --recursive s3://aws-job/tree back
same tree back "cp --recursive and back"

printf 'changed\n' >tree/reports/readme.txt
rm tree/empty
head -c 5000 /dev/urandom >tree/reports/new.bin
aws s3 sync --only-show-errors --delete tree s3://aws-job/tree
rm -rf back
aws s3 sync --only-show-errors s3://aws-job/tree back
same tree back "sync --delete and back"
[ -z "$(aws s3 sync --delete --dryrun tree s3://aws-job/tree)" ] || fail "a second sync finds something to do"
echo "ok: a second sync finds nothing to do"

count=$(aws s3 ls --recursive s3://aws-job/tree/ | wc -l)
[ "$count" = "$(find tree -type f | wc -l)" ] || fail "ls --recursive shows $count files"
grep -q 'PRE reports/' <<<"$(aws s3 ls s3://aws-job/tree/)" || fail "ls does not show the prefix reports/"
echo "ok: ls"

link=$(aws s3 presign --expires-in 60 's3://aws-job/tree/a b/ü/file + plus & amp = equal.txt')
[ "$(curl -sS --fail "$link")" = x ] || fail "the presigned link gives something else"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "${link}0")" = 403 ] || fail "a tampered link is not refused"
echo "ok: presign"

head=$(aws s3api head-object --bucket aws-job --key tree/large.bin --checksum-mode ENABLED)
# CRC32 without a type is one of the parts' checksums in S3, CRC64NVME one of the whole object
grep -Eq '"ChecksumCRC32": "[^"]+-3"|"ChecksumCRC64NVME": "[^"-]+"' <<<"$head" || fail "head-object shows no checksum: $head"
grep -q -- '-3\\"' <<<"$head" || fail "a multipart upload of three parts has another ETag: $head"
aws s3api get-object --bucket aws-job --key tree/large.bin --range bytes=20999990-20999999 tail.bin >/dev/null
cmp tail.bin <(tail -c 10 tree/large.bin) || fail "the last ten bytes differ"
echo "ok: checksums and ranges"

aws s3 cp --only-show-errors s3://aws-job/tree/large.bin s3://aws-job/copy.bin
aws s3 cp --only-show-errors s3://aws-job/copy.bin copy.bin
cmp copy.bin tree/large.bin || fail "a copy inside the bucket differs"
aws s3 mv --only-show-errors s3://aws-job/copy.bin s3://aws-job/moved.bin
! aws s3api head-object --bucket aws-job --key copy.bin 2>/dev/null || fail "what was moved is still there"
echo "ok: copy and move"

if aws s3 rb s3://aws-job 2>message; then fail "a full bucket was removed"; fi
grep -q BucketNotEmpty message || fail "another error: $(cat message)"
aws s3 rb --force s3://aws-job >/dev/null
! aws s3 ls s3://aws-job 2>message || fail "the bucket is still there"
grep -q NoSuchBucket message || fail "another error: $(cat message)"
echo "ok: rb"
