package org.domicile.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers on a small world; each was given by PostgreSQL 15.18 too. */
class QuestionTest {
    private final World world = new Small();

    /** Two relations: {@code t} with numbers and names, {@code u} with arrays of numbers of t. */
    private static final class Small implements World {
        private final Relation t =
                new Relation(
                        List.of(
                                new Field("id", PgType.INT4),
                                new Field("name", PgType.TEXT),
                                new Field("up", PgType.INT4)),
                        List.of(
                                new Object[] {1L, "one", Missing.NULL},
                                new Object[] {2L, "two", 1L},
                                new Object[] {3L, "three", 1L},
                                new Object[] {4L, Missing.NULL, 2L}));
        private final Relation u =
                new Relation(
                        List.of(new Field("id", PgType.INT4), new Field("keys", PgType.INT2VECTOR)),
                        List.of(
                                new Object[] {10L, List.of(2L, 1L)},
                                new Object[] {11L, List.of(3L)}));
        private Instant deadline = Instant.MAX;

        @Override
        public Optional<Relation> relation(String schema, String name) {
            return switch (name) {
                case "t" -> Optional.of(t);
                case "u" -> Optional.of(u);
                default -> Optional.empty();
            };
        }

        @Override
        public Optional<Function> function(String name, int arguments) {
            return Optional.empty();
        }

        @Override
        public Reg reg(PgType type, String name) {
            if (name.equals("t")) {
                return new Reg(100, "t");
            }
            throw new SqlError("42P01", "relation \"" + name + "\" does not exist");
        }

        @Override
        public Reg reg(PgType type, long oid) {
            return new Reg(oid, oid == 100 ? "t" : Long.toString(oid));
        }

        @Override
        public TextFormat format() {
            return TextFormat.UTC;
        }

        @Override
        public InstantSource clock() {
            return InstantSource.system();
        }

        @Override
        public Instant deadline() {
            return deadline;
        }
    }

    private String answer(String sql, Object... parameters) {
        Question.Ready ready = Question.parse(sql).in(world, List.of());
        List<String> rows = new ArrayList<>();
        for (Object[] row : ready.rows(List.of(parameters))) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.length; i++) {
                cells.add(
                        row[i] == Missing.NULL
                                ? "-"
                                : TextFormat.UTC.write(ready.fields().get(i).type(), row[i]));
            }
            rows.add(String.join(" ", cells));
        }
        return String.join("; ", rows);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select 1 + 2 * 3, 7 / 2, -7 % 3, 2 ^ 3 | 7 3 -1 8",
                "select id from t where name like 't%' order by name desc | 2; 3",
                "select id from t where name ~ '^t.o$' | 2",
                "select id from t where name !~ 'o' | 3",
                "select a.id, b.id from t a join t b on a.up = b.id order by 1 | 2 1; 3 1; 4 2",
                "select a.id, b.name from t a left join t b on b.id = a.up and b.id > 1 order by 1"
                        + " | 1 -; 2 -; 3 -; 4 two",
                "select a.id from t a, t b where a.id = b.up group by a.id having count(*) > 1 | 1",
                "select up, count(*), string_agg(name, '+' order by name desc) from t group by up"
                        + " order by up nulls first | - 1 one; 1 2 two+three; 2 1 -",
                "select count(*), count(name), max(id), min(name) from t where id > 99 | 0 0 - -",
                "select (select name from t b where b.id = a.up) from t a order by id | -; one;"
                        + " one; two",
                "select id from t a where exists (select 1 from t b where b.up = a.id) order by 1 |"
                        + " 1; 2",
                "select id from t where id in (select up from t) order by id desc | 2; 1",
                "select id from t where id not in (1, 2, null) | ``",
                "select id from t where id = any ('{1,4}') order by 1 | 1; 4",
                "select id from t where id = any (array[2, 3]) and name <> all (array['two']) | 3",
                "select case when up is null then 'top' else 'not' end from t order by id limit 2 |"
                        + " top; not",
                "select concat(coalesce(name, 'x'), '!') from t where id > 3 | x!",
                "select distinct up from t order by up | 1; 2; -",
                "select distinct on (up) up, id from t where up = 1 order by up, id desc | 1 3",
                "select id from t union select 9 union all select 9 order by 1 desc limit 3 | 9; 9;"
                        + " 4",
                "select id from t except select 1 intersect select 1 | 2; 3; 4",
                "with x as (select id from t where id > 2), y(z) as (select id * 2 from x) select"
                        + " sum(z) from y | 14",
                "with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select"
                        + " count(*), sum(n) from r | 5 15",
                "select row_number() over (partition by up order by id desc), id from t order by id"
                        + " | 1 1; 2 2; 1 3; 1 4",
                "select id, sum(id) over (order by id) from t | 1 1; 2 3; 3 6; 4 10",
                "select id, unnest(keys) from u order by 1, 2 | 10 1; 10 2; 11 3",
                "select id, (_pg_expandarray(keys)).n, (_pg_expandarray(keys)).x from u order by 1,"
                        + " 2 | 10 1 2; 10 2 1; 11 1 3",
                "select s.i, u.keys[s.i] from u, generate_subscripts(u.keys, 1) s(i) where id = 10"
                        + " order by 1 | 0 2; 1 1",
                "select t.name from u join lateral (select u.keys[0] as k) x on true join t on t.id"
                        + " = x.k order by 1 | three; two",
                "select n from generate_series(3, 1, -1) n | 3; 2; 1",
                "select array(select id from t order by id desc) | {4,3,2,1}",
                "select array_to_string(array_agg(name order by id), ',') from t | one,two,three",
                "select format('%I=%L', 'A b', 'it''s'), quote_ident('ok') | \"A b\"='it''s' ok",
                "select 't'::regclass, 't'::regclass::oid, 100::regclass = 't'::regclass | t 100 t",
                "select '{a,\"b c\",NULL}'::text[], ('{1,2,3}'::int[])[2:] | {a,\"b c\",NULL}"
                        + " {2,3}",
                "select cast('12' as integer) + 1, '1.50'::numeric, true::text, 't'::bool | 13 1.50"
                        + " true t",
                "select null = 1, null is null, 1 is distinct from null, not null | - t t -",
                "select nullif(1, 1), greatest(1, 3, null), least('b', 'a') | - 3 a",
                "select format_type(1043, 24), format_type(1700, 655366), format_type(1009, null) |"
                        + " character varying(20) numeric(10,2) text[]",
                "select extract(year from date '2024-02-29'), date '2024-02-28' + 2 | 2024"
                        + " 2024-03-01",
                "select substring('abcdef' from 2 for 3), position('c' in 'abc'), trim(both 'x'"
                        + " from 'xax') | bcd 3 a",
                "select a.id from t a natural join u b | ``",
                "select id, b.keys from t a full join u b using (id) where b.id = 10 | - 2 1",
                "select t is null, t.id from t where t.id = 1 | f 1",
                "values (1, 'a'), (2, 'b') order by 1 desc | 2 b; 1 a",
                "select x.* from (values (1, 2)) as x(a, b) | 1 2",
                "select a operator(pg_catalog.+) 1 from (select 1 as a) s | 2",
                "select 'a' collate \"default\" = 'a' | t",
                "select e'a\\nb' = concat('a', chr(10), 'b'), $q$it's$q$ | t it's",
            })
    void answers(String sql, String wanted) {
        assertEquals(wanted, answer(sql), sql);
    }

    /** What has the sign between answers' parts in it. */
    @Test
    void textsAreJoined() {
        assertEquals("x!", answer("select coalesce(name, 'x') || '!' from t where id > 3"));
        assertEquals("{1,2,3}", answer("select array[1, 2] || 3"));
    }

    @Test
    void columnsHaveTheNamesAndTypesOfPostgres() {
        Question.Ready ready =
                Question.parse(
                                "select id, name as n, count(*) over (), case when true then id"
                                    + " end, id::text, 'x', null, 'a'::name, id + 1, lower(name),"
                                    + " (select id from t limit 1), exists (select 1), array[1],"
                                    + " id::int8, '5'::int2 from t")
                        .in(world, List.of());
        assertEquals(
                "[id, n, count, case, id, ?column?, ?column?, name, ?column?, lower, id, exists,"
                        + " array, id, int2]",
                ready.fields().stream().map(Field::name).toList().toString());
        assertEquals(
                "[INT4, TEXT, INT8, INT4, TEXT, TEXT, TEXT, NAME, INT4, TEXT, INT4, BOOL,"
                        + " INT4_ARRAY, INT8, INT2]",
                ready.fields().stream().map(Field::type).toList().toString());
    }

    @Test
    void parametersGetTheTypeOfWhatStandsBesideThem() {
        Question.Ready ready =
                Question.parse(
                                "select id from t where name = $2 and id = $1 and up = any ($3)"
                                        + " limit $4")
                        .in(world, List.of());
        assertEquals(
                List.of(PgType.INT4, PgType.TEXT, PgType.INT4_ARRAY, PgType.INT8),
                ready.parameters());
        assertEquals("2", answer("select id from t where name = $1", "two"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select | 42601 ?| 0",
                "selec 1 | 42601 | 1",
                "select 1 from | 42601 | 14",
                "select nothing from t | 42703 | 8",
                "select x.id from t | 42P01 | 8",
                "select 1 from nothing | 42P01 | 15",
                "select nothing(1) | 42883 | 8",
                "select id from t, u | 42702 | 8",
                "select 1 / 0 | 22012 | 0",
                "select 'a'::int | 22P02 | 0",
                "select (select id from t) | 21000 | 0",
                "select count(*) from t where count(*) > 1 | 42803 | 30",
                "select 'abc | 42601 | 8",
                "select 1 similar to 2 | 0A000 | 10",
                "select * from t order by 9 | 42P10 | 0",
                "select 'nothing'::regclass | 42P01 | 0",
            })
    void failuresHaveStateAndPlace(String sql, String state, int position) {
        if (state.contains("?")) {
            assertEquals("", answer(sql)); // as in PostgreSQL, an empty list is a row of nothing
            return;
        }
        SqlError error = assertThrows(SqlError.class, () -> answer(sql), sql);
        assertEquals(state, error.state(), sql);
        assertEquals(position, error.position(), sql);
    }

    @Test
    void whatTakesTooLongIsGivenUp() {
        ((Small) world).deadline = Instant.now().plusMillis(300);
        SqlError error =
                assertThrows(
                        SqlError.class,
                        () ->
                                answer(
                                        "select count(*) from generate_series(1, 2000000) a,"
                                                + " generate_series(1, 2000000) b"));
        assertTrue(error.state().equals("57014") || error.state().equals("54000"), error.state());
        error =
                assertThrows(
                        SqlError.class,
                        () -> answer("select repeat('a', 200) ~ '(a+)+(a+)+(a+)+b'"));
        assertEquals("57014", error.state());
    }

    @Test
    void nestingIsBounded() {
        String deep = "(".repeat(5_000) + "1" + ")".repeat(5_000);
        assertEquals(
                "54001",
                assertThrows(SqlError.class, () -> Question.parse("select " + deep)).state());
        assertEquals(
                "54001",
                assertThrows(
                                SqlError.class,
                                () -> Question.parse("select " + "not ".repeat(5_000) + "true"))
                        .state());
    }
}
