#!/usr/bin/env bash
# rclone: sync, check, multipart, server-side copies, purge.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export RCLONE_CONFIG=$work/rclone.conf RCLONE_CONFIG_HOME_TYPE=s3 RCLONE_CONFIG_HOME_PROVIDER=Other \
    RCLONE_CONFIG_HOME_ACCESS_KEY_ID=$AWS_ACCESS_KEY_ID \
    RCLONE_CONFIG_HOME_SECRET_ACCESS_KEY=$AWS_SECRET_ACCESS_KEY \
    RCLONE_CONFIG_HOME_ENDPOINT=$AWS_ENDPOINT_URL RCLONE_CONFIG_HOME_REGION=$AWS_REGION \
    RCLONE_S3_UPLOAD_CUTOFF=5M RCLONE_S3_CHUNK_SIZE=5M RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
: >"$RCLONE_CONFIG"

make_tree tree
rclone mkdir home:rclone-job
rclone sync tree home:rclone-job/tree
rclone check tree home:rclone-job/tree
rclone check --download tree home:rclone-job/tree
echo "ok: sync and check"

printf 'changed\n' >tree/reports/readme.txt
rm tree/empty
rclone sync tree home:rclone-job/tree
rclone sync home:rclone-job/tree back
same tree back "sync again, and back"

rclone copyto home:rclone-job/tree/large.bin home:rclone-job/copy/large.bin
rclone cat --offset 100 --count 1000 home:rclone-job/copy/large.bin | cmp - <(tail -c +101 tree/large.bin | head -c 1000) ||
    fail "a range of a copy differs"
[ "$(rclone size --json home:rclone-job/tree | sed 's/.*"count":\([0-9]*\).*/\1/')" = "$(find tree -type f | wc -l)" ] ||
    fail "size counts another number of files"
echo "ok: server-side copy, range, size"

rclone rcat home:rclone-job/streamed <tree/large.bin
rclone cat home:rclone-job/streamed | cmp - tree/large.bin || fail "what was streamed differs"
echo "ok: a stream of unknown length"

rclone purge home:rclone-job
! rclone lsf home:rclone-job 2>/dev/null || fail "the bucket is still there"
echo "ok: purge"
