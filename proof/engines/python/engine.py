"""PyIceberg, or DuckDB's own Iceberg extension: engine.py pyiceberg | duckdb"""

import datetime
import decimal
import importlib.util
import os
import pathlib
import sys
import traceback

URI = os.environ["CATALOG"]
KEY, SECRET = os.environ["CREDENTIAL"].split(":", 1)


def next_day(day):
    return datetime.date.fromisoformat(day) + datetime.timedelta(days=1)


class DuckDb:
    def __init__(self):
        import duckdb

        self.sql = duckdb.connect(config={"threads": 2})
        self.sql.execute("set autoinstall_known_extensions = false")
        self.sql.execute("set autoload_known_extensions = false")
        # so that each reading opens its files, which are counted
        self.sql.execute("set enable_external_file_cache = false")
        for name in ("avro", "httpfs", "iceberg"):
            package = importlib.util.find_spec(f"duckdb_extension_{name}")
            (file,) = pathlib.Path(package.origin).parent.rglob(f"{name}.duckdb_extension")
            self.sql.execute(f"load '{file}'")
        self.sql.execute(
            f"create secret ours (type iceberg, client_id '{KEY}', client_secret '{SECRET}',"
            f" oauth2_server_uri '{URI}/v1/oauth/tokens')"
        )
        self.sql.execute(f"attach 'main' as d (type iceberg, endpoint '{URI}', secret ours)")

    def sql_(self, statement):
        """One statement. It may read objects as whoever the credential is."""
        endpoint = os.environ["FILES"].split("//", 1)[1]
        self.sql.execute(
            f"create or replace secret plain (type s3, key_id '{KEY}', secret '{SECRET}', endpoint '{endpoint}',"
            f" url_style 'path', use_ssl false, region '{os.environ['REGION']}')"
        )
        return ["|".join(str(value) for value in row) for row in self.sql.execute(statement).fetchall()]

    @staticmethod
    def quoted(text):
        return "'" + text.replace("'", "''") + "'"

    def create(self, table, format, parted=""):
        self.sql.execute("create schema if not exists d.engines")
        by = " partitioned by (day, bucket(4, n), truncate(5, word), day(\"at\"))" if parted else ""
        self.sql.execute(
            f"create table d.engines.{table} (n bigint, word varchar, price decimal(9, 2), day date, \"at\" timestamp)"
            f"{by} with ('format-version' = '{format}')"
        )

    def read(self, table, where="true"):
        rows = self.sql.execute(
            "select n::varchar, word, price::varchar, day::varchar, strftime(\"at\", '%Y-%m-%d %H:%M:%S.%f')"
            f" from d.engines.{table} where {where}"
        ).fetchall()
        return ["|".join(str(value) for value in row) for row in rows]

    def find(self, table, column, value):
        where = {
            "n": lambda: f"n = {value}",
            "word": lambda: f"word like {self.quoted(value + '%')}",
            "day": lambda: f"day = date '{value}'",
            "at": lambda: f"\"at\" >= timestamp '{value} 00:00:00' and \"at\" < timestamp '{next_day(value)} 00:00:00'",
        }
        return self.read(table, where[column]())

    def lineage(self, table):
        rows = self.sql.execute(f"select n, _row_id, _last_updated_sequence_number from d.engines.{table}").fetchall()
        return ["|".join(str(value) for value in row) for row in rows]

    def insert(self, table, *words):
        rows = [words[i : i + 5] for i in range(0, len(words), 5)]
        values = ", ".join(
            f"({n}, {self.quoted(word)}, {price}::decimal(9, 2), date '{day}', timestamp '{at}')"
            for n, word, price, day, at in rows
        )
        self.sql.execute(f"insert into d.engines.{table} values {values}")

    def update(self, table, n, word):
        self.sql.execute(f"update d.engines.{table} set word = {self.quoted(word)} where n = {n}")

    def delete(self, table, n):
        self.sql.execute(f"delete from d.engines.{table} where n = {n}")


class PyIceberg:
    def __init__(self):
        from pyiceberg.catalog import load_catalog

        self.catalog = load_catalog(
            "ours",
            **{
                "type": "rest",
                "uri": URI,
                "credential": f"{KEY}:{SECRET}",
                "header.X-Iceberg-Access-Delegation": "vended-credentials",
                "py-io-impl": "pyiceberg.io.pyarrow.PyArrowFileIO",
            },
        )

    def load(self, table):
        return self.catalog.load_table(("engines", table))

    def remember(self):
        """What was loaded before there were rules, with the credentials that came along."""
        self.stale = self.load("ruled")

    def python(self, expression):
        """An expression over what is below."""
        from pyiceberg.catalog import load_catalog
        from pyiceberg.io.pyarrow import PyArrowFileIO
        from pyiceberg.table import StaticTable
        import pyarrow.fs

        def read(io, location):
            with io.new_input(location).open() as file:
                return len(file.read())

        def write(io, location):
            with io.new_output(location).create(overwrite=True) as file:
                file.write(b"planted")

        def files(io):
            return io.fs_by_scheme("s3", None)

        def listed(io, prefix):
            return [each.path for each in files(io).get_file_info(pyarrow.fs.FileSelector(prefix, recursive=True))]

        def forgotten():
            table = self.catalog.create_table(("engines", "forgotten"), self.load("own").schema())
            self.catalog.drop_table(("engines", "forgotten"))
            return table.metadata_location

        def parquet():
            import pyarrow as pa
            import pyarrow.parquet

            table = self.load("own")
            location = f"{table.location()}/data/added.parquet"
            with table.io.new_output(location).create(overwrite=True) as file:
                pyarrow.parquet.write_table(pa.table({"n": pa.array([5], pa.int64())}), file)
            return location

        names = {
            "catalog": self.catalog,
            "table": self.load,
            "own": self.load("own"),
            "stale": getattr(self, "stale", None),
            "read": read,
            "write": write,
            "listed": listed,
            "copied": lambda io, source, target: files(io).copy_file(source, target),
            "forgotten": forgotten,
            "parquet": parquet,
            "static": lambda table: StaticTable.from_metadata(table.metadata_location, table.io.properties),
            "plain": lambda: PyArrowFileIO(
                {
                    "s3.endpoint": os.environ["FILES"],
                    "s3.region": os.environ["REGION"],
                    "s3.access-key-id": KEY,
                    "s3.secret-access-key": SECRET,
                    "s3.force-virtual-addressing": "false",
                }
            ),
            "signing": lambda: load_catalog(
                "signing",
                **{
                    "type": "rest",
                    "uri": URI,
                    "credential": f"{KEY}:{SECRET}",
                    "header.X-Iceberg-Access-Delegation": "remote-signing",
                },
            ),
        }
        return [str(eval(expression, names)).replace("\n", " ")]

    @staticmethod
    def arrow(rows):
        import pyarrow as pa

        columns = list(zip(*rows))
        return pa.table(
            {
                "n": pa.array([int(n) for n in columns[0]], pa.int64()),
                "word": pa.array(columns[1], pa.string()),
                "price": pa.array([decimal.Decimal(price) for price in columns[2]], pa.decimal128(9, 2)),
                "day": pa.array([datetime.date.fromisoformat(day) for day in columns[3]], pa.date32()),
                "at": pa.array([datetime.datetime.fromisoformat(at) for at in columns[4]], pa.timestamp("us")),
            }
        )

    def create(self, table, format, parted=""):
        from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
        from pyiceberg.schema import Schema
        from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform, TruncateTransform
        from pyiceberg.types import DateType, DecimalType, LongType, NestedField, StringType, TimestampType

        self.catalog.create_namespace_if_not_exists("engines")
        types = [LongType(), StringType(), DecimalType(9, 2), DateType(), TimestampType()]
        names = ["n", "word", "price", "day", "at"]
        fields = [NestedField(i + 1, name, type, required=False) for i, (name, type) in enumerate(zip(names, types))]
        by = PartitionSpec(
            PartitionField(4, 1000, IdentityTransform(), "day"),
            PartitionField(1, 1001, BucketTransform(4), "n_bucket"),
            PartitionField(2, 1002, TruncateTransform(5), "word_trunc"),
            PartitionField(5, 1003, DayTransform(), "at_day"),
        )
        self.catalog.create_table(
            ("engines", table),
            Schema(*fields),
            partition_spec=by if parted else UNPARTITIONED_PARTITION_SPEC,
            properties={"format-version": format},
        )

    def find(self, table, column, value):
        where = {
            "n": lambda: f"n = {value}",
            "word": lambda: f"word like '{value}%'",
            "day": lambda: f"day = '{value}'",
            "at": lambda: f"at >= '{value}T00:00:00' and at < '{next_day(value)}T00:00:00'",
        }
        return self.read(table, where[column]())

    def lineage(self, table):
        names = ("n", "_row_id", "_last_updated_sequence_number")
        rows = self.load(table).scan(selected_fields=names).to_arrow().to_pylist()
        return ["|".join(str(row[name]) for name in names) for row in rows]

    def read(self, table, where=None):
        found = self.load(table)
        rows = (found.scan(where) if where else found.scan()).to_arrow().to_pylist()
        return [
            f"{row['n']}|{row['word']}|{row['price']}|{row['day']}|{row['at'].strftime('%Y-%m-%d %H:%M:%S.%f')}"
            for row in rows
        ]

    def insert(self, table, *words):
        self.load(table).append(self.arrow([words[i : i + 5] for i in range(0, len(words), 5)]))

    def update(self, table, n, word):
        found = self.load(table)
        changed = found.scan(f"n = {n}").to_arrow()
        changed = changed.set_column(1, changed.schema.field("word"), [[word]])
        found.upsert(changed, join_cols=["n"])

    def delete(self, table, n):
        self.load(table).delete(f"n = {n}")


def main():
    out, sys.stdout = sys.stdout, sys.stderr
    engine = {"duckdb": DuckDb, "pyiceberg": PyIceberg}[sys.argv[1]]()
    for line in sys.stdin:
        order, *words = line.rstrip("\n").split("\t")
        try:
            for row in getattr(engine, "sql_" if order == "sql" else order)(*words) or []:
                print("row", row, sep="\t", file=out)
            print("done", file=out)
        except Exception as e:
            traceback.print_exc()
            print("failed", f"{type(e).__name__}: {e}".replace("\n", " "), sep="\t", file=out)
        out.flush()


main()
