# psql: an ordinary session: looking around, transactions, cursors, copies, errors with their codes.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

ask() { psql -XAtq -v ON_ERROR_STOP=1 "$@"; }
equals() { [ "$1" = "$2" ] || fail "$3: '$1' and not '$2'"; echo "ok: $3"; }

equals "$(ask -c 'select 1')" 1 "a value"
equals "$(ask -c 'select current_user')" "$PGUSER" "the user is the access key"
equals "$(ask -c 'show server_version')" 15.0 "the version that tools see"
PGPASSWORD=wrong psql -c 'select 1' 2>wrong && fail "a wrong secret"
grep -q 'password authentication failed' wrong || fail "$(cat wrong)"
echo "ok: a wrong secret is refused"

ask -c '\d' -c '\dt' -c '\dn' -c '\l' -c '\du' -c '\dv' -c '\df' -c '\dT' -c '\dx' -c '\dp' -c '\d pg_class' >around
grep -q '^oid|oid|' around || fail "\\d pg_class: $(cat around)"
echo "ok: looking around"

equals "$(ask -c "select origin, count(*) from 's3://sql-job/flights.parquet' group by 1 order by 1")" \
    "$(printf 'MUC|2\nTUN|1')" "data"
equals "$(printf 'begin;\ndeclare c cursor for select delay from '"'s3://sql-job/flights.parquet'"' order by 1;\nfetch 2 from c;\nclose c;\ncommit;\n' | ask)" \
    "$(printf -- '-5\n10')" "a cursor in a transaction"
equals "$(printf 'begin;\nselect nothing;\nrollback;\nselect 2;\n' | psql -XAtq 2>failed)" 2 "a transaction that fails"
equals "$(ask -c "\\copy (select origin from 's3://sql-job/flights.parquet' order by 1) to 'origins.csv' csv header" && cat origins.csv)" \
    "$(printf 'origin\nMUC\nMUC\nTUN')" "a copy"
state=$(printf '\\set VERBOSITY sqlstate\nselect * from nowhere;\n' | psql -XAtq 2>&1 || true)
equals "$state" "ERROR:  42P01" "an error with its state"
ask -c 'set domicile.receipts = on' -c "select count(*) from 's3://sql-job/flights.parquet'" 2>notices >/dev/null
grep -q 'NOTICE:  use main/' notices || fail "no use: $(cat notices)"
echo "ok: a notice names the use"
