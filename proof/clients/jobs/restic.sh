#!/usr/bin/env bash
# restic: a repository, two backups, a check of every byte, a restore, forget and prune.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export RESTIC_REPOSITORY=s3:$AWS_ENDPOINT_URL/restic-job/repository RESTIC_PASSWORD=secret \
    RESTIC_CACHE_DIR=$work/cache AWS_DEFAULT_REGION=$AWS_REGION

make_tree tree
restic -q init
restic -q backup tree
printf 'changed\n' >tree/reports/readme.txt
head -c 9000000 /dev/urandom >tree/more.bin
restic -q backup tree
restic -q check --read-data
echo "ok: two backups and check --read-data"

restic -q restore latest --target restored
same tree restored/tree "restore byte for byte"

restic -q forget --keep-last 1 --prune
restic -q check --read-data
[ "$(restic snapshots --json | grep -o '"short_id"' | wc -l)" = 1 ] || fail "forget left another number of snapshots"
echo "ok: forget, prune, check"
