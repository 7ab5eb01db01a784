#!/usr/bin/env bash
# s3cmd: put, get, sync, and a multipart upload that is killed and taken up again.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

place=${AWS_ENDPOINT_URL#*://}
cat >s3cfg <<CONFIG
[default]
access_key = $AWS_ACCESS_KEY_ID
secret_key = $AWS_SECRET_ACCESS_KEY
host_base = $place
host_bucket = $place
bucket_location = $AWS_REGION
use_https = False
multipart_chunk_size_mb = 5
CONFIG
s3() { s3cmd -c "$work/s3cfg" --no-progress --quiet "$@"; }

make_tree tree
s3 mb s3://s3cmd-job
s3 sync tree/ s3://s3cmd-job/tree/
mkdir back
s3 sync s3://s3cmd-job/tree/ back/
same tree back "sync and back"

s3 put tree/reports/readme.txt s3://s3cmd-job/note.txt --add-header=x-amz-meta-owner:archive
grep -q 'x-amz-meta-owner: archive' <<<"$(s3cmd -c s3cfg info s3://s3cmd-job/note.txt)" || fail "the metadata is not shown"
s3 get s3://s3cmd-job/note.txt note.txt
cmp note.txt tree/reports/readme.txt || fail "get differs"
echo "ok: put, info, get"

# Killed in the middle of its parts, then continued with the upload's id: parts that are there are not sent again.
head -c 60000000 /dev/urandom >big.bin
s3cmd -c s3cfg --no-progress --limit-rate=20m put big.bin s3://s3cmd-job/big.bin >first.log 2>&1 &
job=$!
for _ in $(seq 100); do
    upload=$(s3cmd -c s3cfg multipart s3://s3cmd-job 2>/dev/null | awk '/big.bin/ {print $NF}')
    [ -n "$upload" ] && [ "$(s3cmd -c s3cfg listmp s3://s3cmd-job/big.bin "$upload" 2>/dev/null | grep -c '"')" -ge 2 ] && break
    sleep 0.1
done
kill -9 $job 2>/dev/null || fail "the upload had ended before it could be killed"
wait $job 2>/dev/null || true
[ -n "$upload" ] || fail "no upload was seen"
s3cmd -c s3cfg --no-progress --verbose --continue-put --upload-id="$upload" put big.bin s3://s3cmd-job/big.bin >second.log 2>&1 ||
    fail "the upload cannot be continued: $(tail -5 second.log)"
grep -qi 'skipping' second.log || fail "the second run skipped no part: $(head -20 second.log)"
s3 get s3://s3cmd-job/big.bin big.back
cmp big.bin big.back || fail "the continued upload differs"
[ -z "$(s3cmd -c s3cfg multipart s3://s3cmd-job | grep big.bin)" ] || fail "the upload is still open"
echo "ok: a killed multipart upload is continued"

s3 del --recursive --force s3://s3cmd-job
s3 rb s3://s3cmd-job
echo "ok: del and rb"
