#!/usr/bin/env bash
# kopia: a repository, two snapshots, a check of every byte, a restore, an expiry and maintenance.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export KOPIA_CONFIG_PATH=$work/kopia.config KOPIA_CACHE_DIRECTORY=$work/cache KOPIA_LOG_DIR=$work/logs \
    KOPIA_PASSWORD=secret KOPIA_CHECK_FOR_UPDATES=false
server=(--bucket=kopia-job --endpoint="${AWS_ENDPOINT_URL#http://}" --disable-tls --region="$AWS_REGION"
    --access-key="$AWS_ACCESS_KEY_ID" --secret-access-key="$AWS_SECRET_ACCESS_KEY")

export MC_CONFIG_DIR=$work/mc # kopia makes no bucket
mc -q alias set home "$AWS_ENDPOINT_URL" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" --api S3v4 --path on
mc -q mb home/kopia-job
make_tree tree
kopia repository create s3 "${server[@]}"
kopia snapshot create tree
printf 'changed\n' >tree/reports/readme.txt
head -c 9000000 /dev/urandom >tree/more.bin
kopia snapshot create tree
[ "$(kopia snapshot list --json tree | grep -o '"rootEntry"' | wc -l)" = 2 ] || fail "there are not two snapshots"
echo "ok: two snapshots"

kopia snapshot verify --verify-files-percent=100
kopia repository disconnect
kopia repository connect s3 "${server[@]}"
newest=$(kopia snapshot list --json tree | grep -o '"id":"[0-9a-f]*"' | tail -n 1 | cut -d'"' -f4)
kopia snapshot restore "$newest" restored
same tree restored "every byte verified, and restored after another connection"

kopia policy set tree --keep-latest 1 --keep-hourly 0 --keep-daily 0 --keep-weekly 0 --keep-monthly 0 --keep-annual 0
kopia snapshot expire --delete tree
kopia maintenance run --full --safety=none
[ "$(kopia snapshot list --json tree | grep -o '"rootEntry"' | wc -l)" = 1 ] || fail "expire left another number"
kopia snapshot verify --verify-files-percent=100
echo "ok: expire, maintenance, verify"
