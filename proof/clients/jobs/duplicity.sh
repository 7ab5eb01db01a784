#!/usr/bin/env bash
# duplicity: a full and an incremental backup, verification against the files, both days restored, an old chain removed.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

url=boto3+s3://duplicity-job/backup
backup() { duplicity "$@" --no-encryption --archive-dir "$work/archive" --s3-endpoint-url "$AWS_ENDPOINT_URL" --s3-region-name "$AWS_REGION" --no-print-statistics; }

make_tree tree
aws s3 mb s3://duplicity-job
backup full tree "$url" --volsize 10
cp -a tree first
printf 'changed\n' >tree/reports/readme.txt
rm tree/empty
head -c 300000 /dev/urandom >tree/reports/new.bin
sleep 1 # its days are seconds
backup incremental tree "$url"
backup verify "$url" tree --compare-data
echo "ok: full, incremental, verify"

rm -rf archive # another machine has none
backup restore "$url" latest
same tree latest "restore"
start=$(backup collection-status "$url" | sed -n 's/^ *Full  *\(.*[^ ]\)  *[0-9]*$/\1/p' | head -n 1)
backup restore "$url" earlier --time "$(date -d "$start" +%s)"
same first earlier "restore of the first day"

sleep 1
backup full tree "$url"
backup remove-all-but-n-full 1 "$url" --force
[ "$(backup collection-status "$url" | grep -c '^ *Full ')" = 1 ] || fail "another number of full backups is left"
backup verify "$url" tree --compare-data
echo "ok: an old chain is removed"
