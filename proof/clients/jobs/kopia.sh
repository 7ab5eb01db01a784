#!/usr/bin/env bash
# kopia: a repository, snapshots, a check of every byte, a restore, a snapshot that goes, maintenance.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export KOPIA_PASSWORD=secret KOPIA_CONFIG_PATH=$work/kopia.config KOPIA_CACHE_DIRECTORY=$work/cache \
    KOPIA_LOG_DIR=$work/log KOPIA_CHECK_FOR_UPDATES=false
host=${AWS_ENDPOINT_URL#http://}

make_tree tree
# kopia makes no buckets
export MC_CONFIG_DIR=$work/mc
mc -q alias set home "$AWS_ENDPOINT_URL" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" --api S3v4 --path on
mc -q mb home/kopia-job
kopia repository create s3 --bucket kopia-job --prefix repository/ --endpoint "$host" --disable-tls \
    --region "$AWS_REGION" --access-key "$AWS_ACCESS_KEY_ID" --secret-access-key "$AWS_SECRET_ACCESS_KEY" >/dev/null
kopia snapshot create tree >/dev/null
printf 'changed\n' >tree/reports/readme.txt
head -c 9000000 /dev/urandom >tree/more.bin
kopia snapshot create tree >/dev/null
[ "$(kopia snapshot list tree --json | grep -o '"rootEntry"' | wc -l)" = 2 ] || fail "there are not two snapshots"
kopia snapshot verify --verify-files-percent=100 >/dev/null
echo "ok: two snapshots, every byte verified"

newest=$(kopia snapshot list tree --json | grep -o '"id": *"[^"]*"' | tail -n 1 | cut -d'"' -f4)
kopia snapshot restore "$newest" restored >/dev/null
same tree restored "restore byte for byte"

oldest=$(kopia snapshot list tree --json | grep -o '"id": *"[^"]*"' | head -n 1 | cut -d'"' -f4)
kopia snapshot delete "$oldest" --delete >/dev/null
kopia maintenance run --full >/dev/null
kopia repository disconnect
kopia repository connect s3 --bucket kopia-job --prefix repository/ --endpoint "$host" --disable-tls \
    --region "$AWS_REGION" --access-key "$AWS_ACCESS_KEY_ID" --secret-access-key "$AWS_SECRET_ACCESS_KEY" >/dev/null
kopia snapshot verify --verify-files-percent=100 >/dev/null
[ "$(kopia snapshot list tree --json | grep -o '"rootEntry"' | wc -l)" = 1 ] || fail "deleting left another number"
echo "ok: a snapshot deleted, maintenance, connected anew"
