package org.domicile.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Heads of statements that change something. */
class ChangeTest {
    private static Change change(String sql) {
        return switch (Change.of(sql)) {
            case Answer.Given<Optional<Change>>(Optional<Change> change) -> change.orElseThrow();
            case Answer.Failed<Optional<Change>>(Failure failure) ->
                    throw new AssertionError(failure);
        };
    }

    private static Failure failure(String sql) {
        return assertInstanceOf(Answer.Failed.class, Change.of(sql)).failure();
    }

    private static boolean none(String sql) {
        return Change.of(sql).equals(Answer.of(Optional.empty()));
    }

    private static Change.Text text(String sql, String within) {
        return new Change.Text(within, sql.indexOf(within));
    }

    @Test
    void whatReadsIsNone() {
        for (String sql :
                List.of(
                        "select 1",
                        "values (1)",
                        "with a as (select 1) select * from a",
                        "with a as (select 1) select 'insert' from a",
                        "explain select 1",
                        "attach 'x'",
                        "copy t to stdout",
                        "")) {
            assertTrue(none(sql), sql);
        }
    }

    @Test
    void inserts() {
        String sql = "INSERT INTO Travel.\"Late\" (a, \"B\") SELECT 1, 2 -- end\n ;";
        assertEquals(
                new Change.Insert(
                        List.of("travel", "Late"), List.of("a", "B"), text(sql, "SELECT 1, 2")),
                change(sql));
        sql = "insert into t (select a, b from s) ";
        assertEquals(
                new Change.Insert(List.of("t"), List.of(), text(sql, "(select a, b from s)")),
                change(sql));
        sql = "insert into a.b.t values (1, 'x;y'), (2, $$;$$)";
        assertEquals(
                new Change.Insert(
                        List.of("a", "b", "t"),
                        List.of(),
                        text(sql, "values (1, 'x;y'), (2, $$;$$)")),
                change(sql));
    }

    /** An empty text stood there, which is no number when it is cast to one. */
    @Test
    void aParameterMayBeCast() {
        Change.Text text = new Change.Text("values ($1::bigint, $22, nope)", 0);
        String bare = text.withoutParameters();
        assertEquals("values (NULL::bigint, NULL, nope)", bare);
        for (String each : List.of("values", "::bigint", ", nope", "nope")) {
            assertEquals(text.sql().indexOf(each) + 1, text.position(bare.indexOf(each) + 1), each);
        }
        assertEquals(text.sql().indexOf("$22") + 1, text.position(bare.indexOf("NULL,") + 1));
        assertEquals(0, text.position(0));
        assertEquals(7, new Change.Text("select 1", 0).position(7));
    }

    @Test
    void whatDoesNotRunSaysSoWithItsPlace() {
        String sql = "insert into t values (1) returning n";
        Failure failure = failure(sql);
        assertEquals(Failure.NOT_HERE, failure.state());
        assertEquals(sql.indexOf("returning") + 1, failure.position());
        for (String each :
                List.of(
                        "delete from t returning *",
                        "delete from t where n = 1 returning *",
                        "update t set n = 1 returning *",
                        "insert into t values (1) on conflict do nothing",
                        "insert into t default values",
                        "create temp table t (n int)",
                        "create table t (n int primary key)",
                        "create table t (n int default 1)",
                        "create table t (primary key (n))",
                        "with a as (select 1) insert into t select * from a",
                        "delete from t using s where t.n = s.n",
                        "update t set n = 1 from s",
                        "alter table t alter column n set default 1",
                        "drop schema s cascade",
                        "copy t to '/etc/passwd'")) {
            assertEquals(Failure.NOT_HERE, failure(each).state(), each);
        }
        for (String each :
                List.of(
                        "insert into",
                        "insert t values (1)",
                        "create table t",
                        "create table t (n int",
                        "create table t as",
                        "insert into t select 1; drop table t",
                        "truncate t; select 1",
                        "delete t",
                        "update t n = 1",
                        "drop table",
                        "insert into t values ('")) {
            assertEquals(Failure.SYNTAX, failure(each).state(), each);
        }
        assertEquals("42704", failure("create table t (n colour)").state());
    }

    @Test
    void createsTables() {
        assertEquals(
                new Change.CreateTable(
                        List.of("s", "t"),
                        Change.Otherwise.NOTHING,
                        List.of(
                                new Change.Made("a", Type.Simple.BIGINT, Change.Presence.REQUIRED),
                                new Change.Made(
                                        "b", new Type.Decimal(9, 2), Change.Presence.OPTIONAL),
                                new Change.Made(
                                        "c",
                                        new Type.Array(Type.Simple.VARCHAR),
                                        Change.Presence.OPTIONAL),
                                new Change.Made(
                                        "d",
                                        new Type.Struct(
                                                List.of(
                                                        new Column("x", Type.Simple.INTEGER),
                                                        new Column(
                                                                "y",
                                                                new Type.Dictionary(
                                                                        Type.Simple.VARCHAR,
                                                                        Type.Simple.DOUBLE)))),
                                        Change.Presence.OPTIONAL),
                                new Change.Made(
                                        "e", Type.Simple.TIMESTAMPTZ, Change.Presence.OPTIONAL)),
                        List.of()),
                change(
                        "create table if not exists s.t (a bigint not null, b numeric(9, 2), c"
                                + " varchar(10)[], d struct(x int, y map(text, double precision)),"
                                + " e timestamp(6) with time zone null)"));
    }

    @Test
    void createsTablesOfRows() {
        String sql = "create table t (a, b) as select 1, 2 with no data";
        assertEquals(
                new Change.CreateTableAs(
                        List.of("t"),
                        Change.Otherwise.FAIL,
                        List.of("a", "b"),
                        List.of(),
                        Change.Rows.NONE,
                        text(sql, "select 1, 2")),
                change(sql));
        sql = "create or replace table t as from 's3://b/k.parquet'";
        assertEquals(
                new Change.CreateTableAs(
                        List.of("t"),
                        Change.Otherwise.REPLACE,
                        List.of(),
                        List.of(),
                        Change.Rows.ALL,
                        text(sql, "from 's3://b/k.parquet'")),
                change(sql));
        sql = "create table t as select 1 with data";
        assertEquals(text(sql, "select 1"), ((Change.CreateTableAs) change(sql)).select());
    }

    @Test
    void partitionsTables() {
        List<Change.Part> parts =
                List.of(
                        new Change.Part(List.of("a"), Change.By.IDENTITY, 0),
                        new Change.Part(List.of("B c", "d"), Change.By.BUCKET, 16),
                        new Change.Part(List.of("b"), Change.By.TRUNCATE, 4),
                        new Change.Part(List.of("day"), Change.By.DAY, 0),
                        new Change.Part(List.of("at"), Change.By.HOUR, 0));
        String by =
                " partitioned by (a, bucket(16, \"B c\".d), truncate(b, 4), day(day), hours(at))";
        assertEquals(parts, ((Change.CreateTable) change("create table t (a int)" + by)).parts());
        Change.CreateTableAs filled =
                (Change.CreateTableAs) change("create table t (a)" + by + " as select 1");
        assertEquals(parts, filled.parts());
        assertEquals(List.of("a"), filled.names());
        assertEquals("select 1", filled.select().sql());
    }

    @Test
    void makesViews() {
        String sql = "create or replace view a.\"V\" (x, \"Y\") as select 1, 2; ";
        assertEquals(
                new Change.CreateView(
                        List.of("a", "V"),
                        Change.Otherwise.REPLACE,
                        List.of("x", "Y"),
                        text(sql, "select 1, 2")),
                change(sql));
        sql = "create view if not exists v as with t as (select 1) select * from t -- all";
        assertEquals(
                new Change.CreateView(
                        List.of("v"),
                        Change.Otherwise.NOTHING,
                        List.of(),
                        text(sql, "with t as (select 1) select * from t")),
                change(sql));
        assertEquals(
                new Change.DropView(List.of("a", "v"), Change.Otherwise.NOTHING),
                change("drop view if exists a.v restrict;"));
        assertEquals(
                new Change.RenameView(List.of("a", "V"), Change.Otherwise.NOTHING, "w x"),
                change("alter view if exists a.\"V\" rename to \"w x\";"));
        assertEquals(
                new Change.RenameView(List.of("v"), Change.Otherwise.FAIL, "w"),
                change("ALTER VIEW v RENAME TO w"));
        for (String each :
                List.of(
                        "alter view v set schema s",
                        "alter view v rename column a to b",
                        "alter view v owner to me",
                        "create temp view v as select 1",
                        "create recursive view v (n) as select 1",
                        "create materialized view v as select 1",
                        "create or replace view if not exists v as select 1",
                        "create view v with (security_barrier) as select 1",
                        "drop view a, b",
                        "drop view a cascade")) {
            assertEquals(Failure.NOT_HERE, failure(each).state(), each);
        }
        for (String each :
                List.of(
                        "create view v",
                        "create view v as",
                        "create view v () as select 1",
                        "create view v as select 1; select 2",
                        "alter view v rename to a.b",
                        "alter view v rename to",
                        "drop view")) {
            assertEquals(Failure.SYNTAX, failure(each).state(), each);
        }
    }

    @Test
    void changesRows() {
        String sql = "delete from s.t as x where x.n in (select 1) -- all";
        assertEquals(
                new Change.Delete(
                        List.of("s", "t"), "x", Optional.of(text(sql, "x.n in (select 1)"))),
                change(sql));
        assertEquals(
                new Change.Delete(List.of("t"), "", Optional.empty()), change("delete from t;"));
        sql = "update t set a = coalesce(b, 1), \"C\" = [1, 2] where d";
        assertEquals(
                new Change.Update(
                        List.of("t"),
                        "",
                        List.of(
                                new Change.Set("a", text(sql, "coalesce(b, 1)")),
                                new Change.Set("C", text(sql, "[1, 2]"))),
                        Optional.of(new Change.Text("d", sql.length() - 1))),
                change(sql));
        assertEquals(new Change.Truncate(List.of("t")), change("truncate table only t cascade"));
        assertEquals(
                new Change.Compact(List.of("a", "t")), change("alter table a.t execute optimize"));
    }

    @Test
    void merges() {
        String sql =
                "merge into a.t as x using (select 1 as n) s on x.n = case when true then s.n end"
                        + " when matched and s.n > 1 then update set n = s.n, b = case when s.n ="
                        + " 1 then 2 end when matched then delete when not matched then insert (n)"
                        + " values (s.n + (1))";
        assertEquals(
                new Change.Merge(
                        List.of("a", "t"),
                        "x",
                        text(sql, "(select 1 as n)"),
                        "s",
                        text(sql, "x.n = case when true then s.n end"),
                        List.of(
                                new Change.When(
                                        Change.Match.MATCHED,
                                        Optional.of(text(sql, "s.n > 1")),
                                        new Change.Then.Update(
                                                List.of(
                                                        new Change.Set(
                                                                "n",
                                                                new Change.Text(
                                                                        "s.n",
                                                                        sql.indexOf("s.n, b"))),
                                                        new Change.Set(
                                                                "b",
                                                                text(
                                                                        sql,
                                                                        "case when s.n = 1 then 2"
                                                                                + " end"))))),
                                new Change.When(
                                        Change.Match.MATCHED,
                                        Optional.empty(),
                                        new Change.Then.Delete()),
                                new Change.When(
                                        Change.Match.NOT_MATCHED,
                                        Optional.empty(),
                                        new Change.Then.Insert(
                                                List.of("n"), List.of(text(sql, "s.n + (1)")))))),
                change(sql));
        assertEquals(
                Failure.SYNTAX,
                failure("merge into t using s on true when matched then insert values (1)")
                        .state());
    }

    @Test
    void changesTables() {
        assertEquals(
                new Change.DropTable(List.of("s", "t"), Change.Otherwise.NOTHING),
                change("drop table if exists s.t cascade"));
        assertEquals(
                new Change.Alter(
                        List.of("t"),
                        Change.Otherwise.FAIL,
                        new Change.Alteration.Add(
                                new Change.Made("n", Type.Simple.INTEGER, Change.Presence.OPTIONAL),
                                Change.Otherwise.NOTHING)),
                change("alter table t add column if not exists n int"));
        assertEquals(
                new Change.Alter(
                        List.of("t"),
                        Change.Otherwise.FAIL,
                        new Change.Alteration.RenameColumn("a", "b")),
                change("alter table t rename a to b"));
        assertEquals(
                new Change.Alter(
                        List.of("t"),
                        Change.Otherwise.FAIL,
                        new Change.Alteration.Retype("a", Type.Simple.BIGINT)),
                change("alter table t alter a set data type bigint"));
        assertEquals(
                new Change.CreateSchema(List.of("a", "b"), Change.Otherwise.NOTHING),
                change("create schema if not exists a.b"));
    }

    @Test
    void copiesToABucket() {
        String sql = "copy (select 1 as \"a)\" ) to 's3://b/k/l.csv' (header false, delimiter ';')";
        assertEquals(
                new Change.CopyTo(
                        text(sql, "select 1 as \"a)\" "),
                        "b",
                        "k/l.csv",
                        new Target.Csv(Target.Header.NONE, ';')),
                change(sql));
        assertEquals(
                new Target.Json(),
                ((Change.CopyTo) change("copy s.t (a) to 's3://b/k' with (format json)")).target());
        assertEquals(
                new Target.PlainParquet(),
                ((Change.CopyTo) change("copy s.t to 's3://b/k'")).target());
    }
}
