"""PyIceberg and DuckDB's own Iceberg extension on the same tables: with vended credentials and with
remote signing; each reads what the other wrote, and in the end all agree."""

import datetime
import importlib.util
import os
import pathlib
import sys
from decimal import Decimal

import duckdb
import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError
from pyiceberg.expressions import EqualTo
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import DateType, DecimalType, LongType, NestedField, StringType, TimestampType

URI = os.environ["CATALOG"]
KEY = os.environ["AWS_ACCESS_KEY_ID"]
SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]

# What is vended has to be enough: nothing of ours is left for a client to find.
for name in list(os.environ):
    if name.startswith("AWS_") and name not in ("AWS_EC2_METADATA_DISABLED",):
        del os.environ[name]

# One thread for files. PyIceberg 0.12 takes its signer off the client that all threads share and puts
# it on again, whenever another thread opens its first file of a table (io/fsspec.py, _s3): what a
# second thread sends in between is not signed, and refused.
os.environ["PYICEBERG_MAX_WORKERS"] = "1"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def catalog(delegation, io):
    return load_catalog(
        "ours",
        **{
            "type": "rest",
            "uri": URI,
            "credential": f"{KEY}:{SECRET}",
            "header.X-Iceberg-Access-Delegation": delegation,
            "py-io-impl": io,
        },
    )


def extension(name):
    """Where PyPI's package has it."""
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    (file,) = pathlib.Path(package.origin).parent.rglob(f"{name}.duckdb_extension")
    return file


def duck():
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set autoinstall_known_extensions = false")
    connection.execute("set autoload_known_extensions = false")
    for name in ("avro", "httpfs", "iceberg"):
        connection.execute(f"load '{extension(name)}'")
    connection.execute(
        f"create secret ours (type iceberg, client_id '{KEY}', client_secret '{SECRET}',"
        f" oauth2_server_uri '{URI}/v1/oauth/tokens')"
    )
    connection.execute(f"attach 'main' as d (type iceberg, endpoint '{URI}', secret ours)")
    return connection


def by_number(rows):
    return sorted(rows, key=lambda row: row[0])


def arrow_rows(table, **scan):
    return by_number(tuple(row.values()) for row in table.scan(**scan).to_arrow().to_pylist())


def duck_rows(connection, name, at=""):
    return by_number(connection.execute(f"select * from d.job.{name} {at}").fetchall())


def flights(rows):
    names = ["n", "origin", "delay", "price", "day", "at"]
    types = [pa.int64(), pa.string(), pa.int64(), pa.decimal128(9, 2), pa.date32(), pa.timestamp("us")]
    return pa.table({name: pa.array([row[i] for row in rows], type) for i, (name, type) in enumerate(zip(names, types))})


def flight(n, origin, delay):
    day = datetime.date(2026, 1, 1) + datetime.timedelta(days=n)
    at = datetime.datetime(2026, 1, 1, 12, 30, 15, 123456) + datetime.timedelta(days=n)
    return (n, origin, delay, Decimal(100 * n + 5) / 100, day, at)


SCHEMA = Schema(
    NestedField(1, "n", LongType(), required=False),
    NestedField(2, "origin", StringType(), required=False),
    NestedField(3, "delay", LongType(), required=False),
    NestedField(4, "price", DecimalType(9, 2), required=False),
    NestedField(5, "day", DateType(), required=False),
    NestedField(6, "at", TimestampType(), required=False),
)


def main():
    vended = catalog("vended-credentials", "pyiceberg.io.pyarrow.PyArrowFileIO")
    signed = catalog("remote-signing", "pyiceberg.io.fsspec.FsspecFileIO")
    vended.create_namespace("job", {"owner": "Überfahrt"})
    check(("job",) in vended.list_namespaces(), "the namespace")
    check(vended.load_namespace_properties("job")["owner"] == "Überfahrt", "its properties")

    # created, appended and read
    first = [flight(1, "MUC", -5), flight(2, "TUN", 10), flight(3, "Zürich 'HB'", 0)]
    table = vended.create_table(
        "job.flights",
        schema=SCHEMA,
        partition_spec=PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "origin")),
    )
    check("s3.session-token" in table.io.properties, "what is vended")
    table.append(flights(first))
    check(arrow_rows(table) == first, f"rows: {arrow_rows(table)}")
    check(arrow_rows(table, row_filter=EqualTo("origin", "TUN")) == first[1:2], "a filter")
    created = table.current_snapshot().snapshot_id
    engine = duck()
    check(duck_rows(engine, "flights") == first, f"DuckDB's rows: {duck_rows(engine, 'flights')}")
    print("ok: PyIceberg creates and appends, DuckDB reads the same")

    # by signatures alone
    other = signed.load_table("job.flights")
    check("s3.access-key-id" not in other.io.properties, "a credential was vended")
    check(arrow_rows(other) == first, "rows with signed requests")
    more = [flight(4, "MUC", 30), flight(5, "Zürich 'HB'", 1)]
    other.append(flights(more))
    check(duck_rows(engine, "flights") == first + more, "what was written with signed requests")
    print("ok: remote signing reads and writes")

    # schema evolution
    table.refresh()
    with table.update_schema() as update:
        update.add_column("carrier", StringType(), doc="who flew")
        update.rename_column("delay", "late")
    extended = flights([flight(6, "TUN", 7)]).rename_columns(["n", "origin", "late", "price", "day", "at"])
    table.append(extended.append_column("carrier", pa.array(["TU"])))
    evolved = [row + (None,) for row in first + more] + [flight(6, "TUN", 7) + ("TU",)]
    check(arrow_rows(table) == evolved, f"after evolution: {arrow_rows(table)}")
    check(duck_rows(engine, "flights") == evolved, "DuckDB after evolution")
    names = [row[0] for row in engine.execute("describe d.job.flights").fetchall()]
    check(names == ["n", "origin", "late", "price", "day", "at", "carrier"], f"{names}")
    print("ok: a schema changes, and old rows stay")

    # delete and upsert in PyIceberg
    table.delete(EqualTo("origin", "MUC"))
    check([row[0] for row in duck_rows(engine, "flights")] == [2, 3, 5, 6], "after a delete")
    changed = extended.slice(0, 0).append_column("carrier", pa.array([], pa.string()))
    changed = pa.concat_tables(
        [
            changed,
            flights([flight(6, "TUN", 99), flight(7, "MUC", 70)])
            .rename_columns(["n", "origin", "late", "price", "day", "at"])
            .append_column("carrier", pa.array(["TU", "LH"])),
        ]
    )
    result = table.upsert(changed, join_cols=["n"])
    check((result.rows_updated, result.rows_inserted) == (1, 1), f"{result}")
    late = dict((row[0], row[2]) for row in duck_rows(engine, "flights"))
    check(late == {2: 10, 3: 0, 5: 1, 6: 99, 7: 70}, f"after an upsert: {late}")
    print("ok: deletes and upserts of PyIceberg")

    # time travel
    check(arrow_rows(table, snapshot_id=created) == first, "PyIceberg's time travel")
    old = duck_rows(engine, "flights", f"at (version => {created})")
    check([row[:6] for row in old] == first, f"DuckDB's time travel: {old}")
    with table.manage_snapshots() as manage:
        manage.create_tag(created, "opening")
    check(arrow_rows(table.refresh(), snapshot_id=table.refs()["opening"].snapshot_id) == first, "a tag")
    print("ok: time travel in both, and a tag")

    # DuckDB writes; PyIceberg reads deletes by position, and deletion vectors
    engine.execute("create table d.job.words (n bigint, word varchar)")
    engine.execute("insert into d.job.words select i, 'word ' || i from range(1, 1001) t(i)")
    engine.execute("delete from d.job.words where n % 10 = 0")
    engine.execute("update d.job.words set word = 'changed' where n = 7")
    engine.execute("alter table d.job.words add column length bigint")
    engine.execute(
        "merge into d.job.words w using (values (1, 'first', 5), (2000, 'new', 3)) v(n, word, length) on w.n = v.n"
        " when matched then update set word = v.word, length = v.length when not matched then insert"
        " values (v.n, v.word, v.length)"
    )
    expected = [(n, f"word {n}", None) for n in range(1, 1001) if n % 10] + [(2000, "new", 3)]
    expected[0] = (1, "first", 5)
    expected[6] = (7, "changed", None)
    words = vended.load_table("job.words")
    check(duck_rows(engine, "words") == expected, "DuckDB's own writes")
    check(arrow_rows(words) == expected, "what DuckDB wrote, in PyIceberg")
    check(arrow_rows(signed.load_table("job.words")) == expected, "the same with signed requests")
    words.append(pa.table({"n": [3000], "word": ["appended"], "length": pa.array([None], pa.int64())}))
    check(duck_rows(engine, "words") == expected + [(3000, "appended", None)], "PyIceberg on DuckDB's table")
    print("ok: inserts, updates, deletes and merges of DuckDB, read by PyIceberg")

    # both change one table in one go, or none does
    engine.execute("begin")
    engine.execute("insert into d.job.words values (4000, 'both', 4)")
    engine.execute("insert into d.job.flights (n, origin) values (8, 'both')")
    engine.execute("commit")
    check(vended.load_table("job.words").scan(EqualTo("n", 4000)).to_arrow().num_rows == 1, "one of two tables")
    check(vended.load_table("job.flights").scan(EqualTo("n", 8)).to_arrow().num_rows == 1, "two of two tables")
    print("ok: one commit of two tables")

    # who is too late is told so, and nothing is half done
    stale = vended.load_table("job.words")
    vended.load_table("job.words").append(pa.table({"n": [5000], "word": ["faster"], "length": pa.array([None], pa.int64())}))
    try:
        with stale.transaction() as transaction:
            transaction.append(pa.table({"n": [6000], "word": ["late"], "length": pa.array([None], pa.int64())}))
    except CommitFailedException:
        stale = vended.load_table("job.words")
        stale.append(pa.table({"n": [6000], "word": ["late"], "length": pa.array([None], pa.int64())}))
    found = [row[0] for row in duck_rows(engine, "words") if row[0] >= 5000]
    check(found == [5000, 6000], f"two writers: {found}")
    print("ok: two writers, both rows")

    # format 3
    engine.execute("create table d.job.third (n bigint, word varchar) with ('format-version' = '3')")
    engine.execute("insert into d.job.third select i, 'word ' || i from range(1, 101) t(i)")
    engine.execute("delete from d.job.third where n > 10")
    third = vended.load_table("job.third")
    check(third.format_version == 3, f"format {third.format_version}")
    expected = [(n, f"word {n}") for n in range(1, 11)]
    check(duck_rows(engine, "third") == expected, "DuckDB on format 3")
    check(arrow_rows(third) == expected, "PyIceberg on format 3")
    print("ok: format 3, with a deletion vector")

    # names, and the end
    vended.rename_table("job.third", "job.the third, 'renamed'")
    check(arrow_rows(vended.load_table(("job", "the third, 'renamed'"))) == expected, "a renamed table")
    names = {row[0] for row in engine.execute("select table_name from duckdb_tables() where database_name = 'd'").fetchall()}
    for agreed in ("flights", "words"):
        own = arrow_rows(vended.load_table(f"job.{agreed}"))
        check(own == arrow_rows(signed.load_table(f"job.{agreed}")), f"{agreed}: vended and signed differ")
        check(own == duck_rows(engine, agreed), f"{agreed}: PyIceberg and DuckDB differ")
    vended.drop_table(("job", "the third, 'renamed'"))
    engine.execute("drop table d.job.words")
    try:
        vended.load_table("job.words")
        check(False, "a dropped table")
    except NoSuchTableError:
        pass
    print("ok: names, drops, and all agree at the end")


main()
