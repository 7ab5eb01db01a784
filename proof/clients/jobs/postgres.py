"""psycopg and SQLAlchemy: rows in text and binary, server-side cursors, copies, pipelines, inspection."""

import os
import sys

import psycopg
from sqlalchemy import create_engine, inspect, text

FLIGHTS = "'s3://sql-job/flights.parquet'"


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")


def main():
    rows = [("MUC", -5), ("MUC", 30), ("TUN", 10)]
    ask = f"select origin, delay from {FLIGHTS} order by 1, 2"
    with psycopg.connect() as connection:
        check(connection.info.server_version == 150000, "the version")
        for binary in (False, True):
            found = connection.cursor(binary=binary).execute(ask).fetchall()
            check(found == rows, f"rows: {found}")
        found = connection.execute(f"select count(*) from {FLIGHTS} where origin = %s", ["MUC"]).fetchone()
        check(found == (2,), f"a parameter: {found}")
        print("ok: rows and parameters")
        with connection.cursor(name="some") as cursor:
            cursor.itersize = 2
            check(list(cursor.execute(ask)) == rows, "a server-side cursor")
        with connection.cursor() as cursor, cursor.copy(f"copy ({ask}) to stdout (format binary)") as copy:
            copy.set_types(["text", "int8"])
            check(list(copy.rows()) == rows, "a binary copy")
        print("ok: cursors and copies")
        connection.commit()
        with connection.pipeline():
            both = [connection.execute(ask), connection.execute("select current_user")]
            check(both[0].fetchall() == rows, "a pipeline")
            check(both[1].fetchone() == (os.environ["PGUSER"],), "a pipeline's second")
        try:
            connection.execute("select * from nowhere")
        except psycopg.errors.UndefinedTable as error:
            check(error.sqlstate == "42P01", f"{error}")
        else:
            check(False, "a table that is not there")
        connection.rollback()
        print("ok: pipelines and errors")
    engine = create_engine("postgresql+psycopg://")
    look = inspect(engine)
    # the others are namespaces of the jobs about tables and schemas, where they came before
    names = look.get_schema_names()
    check("information_schema" in names and set(names) <= {"framed", "information_schema", "job"}, f"{names}")
    check(look.get_table_names() == [] and look.get_view_names() == [], "tables")
    check(any(c["name"] == "relname" for c in look.get_columns("pg_class", schema="pg_catalog")), "columns")
    with engine.connect() as connection:
        found = connection.execute(text(f"select max(delay) from {FLIGHTS} where origin = :o"), {"o": "MUC"})
        check(found.scalar() == 30, "a question by SQLAlchemy")
    print("ok: SQLAlchemy")


main()
