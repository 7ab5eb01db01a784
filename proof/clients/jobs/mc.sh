#!/usr/bin/env bash
# MinIO's mc: mirror there and back, what differs, tags, versions, a stream, removal of everything.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export MC_CONFIG_DIR=$work/mc MC_DISABLE_PAGER=1 MC_NO_COLOR=1
mc -q alias set home "$AWS_ENDPOINT_URL" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" --api S3v4 --path on

make_tree tree
mc -q mb home/mc-job
mc -q mirror tree home/mc-job/tree
[ -z "$(mc diff tree home/mc-job/tree)" ] || fail "diff finds something"
echo "ok: mirror and diff"

printf 'changed and longer\n' >tree/reports/readme.txt
rm tree/empty
mc -q mirror --overwrite --remove tree home/mc-job/tree
mc -q mirror home/mc-job/tree back
same tree back "mirror again, and back"

mc -q cp home/mc-job/tree/large.bin home/mc-job/copy/large.bin
mc cat home/mc-job/copy/large.bin | cmp - tree/large.bin || fail "a copy differs"
mc cat --offset 100 home/mc-job/copy/large.bin | cmp - <(tail -c +101 tree/large.bin) || fail "a range of a copy differs"
[ "$(mc find home/mc-job/tree --name '*.bin' | wc -l)" = "$(find tree -name '*.bin' | wc -l)" ] ||
    fail "find finds another number"
echo "ok: server-side copy, range, find"

mc -q pipe home/mc-job/streamed <tree/large.bin
mc cat home/mc-job/streamed | cmp - tree/large.bin || fail "what was streamed differs"
mc -q tag set home/mc-job/streamed 'team=rain&year=2026'
mc --json tag list home/mc-job/streamed | grep -q '"team": *"rain"' || fail "the tag is not there"
mc --json stat home/mc-job/streamed | grep -q '"size": *21000000' || fail "stat says another size"
echo "ok: a stream of unknown length, tags, stat"

mc -q version enable home/mc-job
printf 'one' | mc -q pipe home/mc-job/v
printf 'two' | mc -q pipe home/mc-job/v
mc -q rm home/mc-job/v
[ "$(mc ls --versions home/mc-job/v | wc -l)" = 3 ] || fail "there are not three versions"
mc -q undo home/mc-job/v
[ "$(mc cat home/mc-job/v)" = two ] || fail "undo brought something else back"
echo "ok: versions and undo"

mc share download --json --expire 1m home/mc-job/v | sed -n 's/.*"share": *"\([^"]*\)".*/\1/p' |
    sed 's/\\u0026/\&/g' >link
[ "$(curl -fsS "$(cat link)")" = two ] || fail "the link leads elsewhere"
mc -q rm --recursive --force --versions home/mc-job
mc -q rb home/mc-job
! mc ls home/mc-job 2>/dev/null || fail "the bucket is still there"
echo "ok: a link, and everything gone"
