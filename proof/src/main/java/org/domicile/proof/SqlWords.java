package org.domicile.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Random statements over two tables, each the same text for us and for DuckDB: {@code proof.t(id,
 * g, s, d, day, n)}, which changes, and {@code proof.u(g, name)}, which stays. Each question says
 * its order to the last row, or has its rows compared without one.
 */
final class SqlWords {
    /** Rows that the table begins with. */
    static final int ROWS = 20_000;

    private static final int GROUPS = 40;
    private static final int DEEPEST = 3;

    /** What both begin with. */
    static final List<String> BEGIN =
            List.of(
                    "create schema proof",
                    "create table proof.t (id bigint, g integer, s varchar, d decimal(12,2), day"
                            + " date, n boolean)",
                    "insert into proof.t " + rows(0, ROWS),
                    "create table proof.u (g integer, name varchar)",
                    "insert into proof.u select (i * 2)::integer, 'group ' || i from range("
                            + GROUPS
                            + ") as r(i)");

    private final SplittableRandom random;
    private long next = ROWS;

    SqlWords(SplittableRandom random) {
        this.random = random;
    }

    /** Rows as a question; every seventh text and every eleventh amount is null. */
    private static String rows(long from, long to) {
        return ("select i, (i * 7919 %% %d)::integer, case when i %% 7 = 3 then null else"
                        + " chr((97 + i * 31 %% 26)::integer) || '-' || (i * 131 %% 997) end,"
                        + " case when i %% 11 = 5 then null else ((i * 7907 %% 200003) -"
                        + " 100000)::decimal(12,2) / 4 end, date '2024-01-01' + (i * 37 %%"
                        + " 900)::integer, i %% 3 = 0 from range(%d, %d) as r(i)")
                .formatted(2 * GROUPS, from, to);
    }

    /** Something that changes the table. */
    String change() {
        return switch (random.nextInt(6)) {
            case 0, 1 -> {
                long from = next;
                next += 1 + random.nextInt(3_000);
                yield "insert into proof.t " + rows(from, next);
            }
            case 2 -> "delete from proof.t where " + narrow();
            case 3 -> "update proof.t set " + assignment() + " where " + narrow();
            case 4 -> "update proof.t set " + assignment() + " where " + condition(0);
            default -> {
                long from = Math.max(0, next - random.nextInt(4_000));
                long to = from + 1 + random.nextInt(2_000);
                next = Math.max(next, to);
                yield "merge into proof.t as t using (select i as id, (i % 13)::integer as g from"
                        + " range("
                        + from
                        + ", "
                        + to
                        + ") as r(i)) as x on t.id = x.id when matched and t.g % 2 = 0 then delete"
                        + " when matched then update set g = x.g, s = 'merged' when not matched"
                        + " then insert (id, g, s, d, day, n) values (x.id, x.g, 'new', 1.25, date"
                        + " '2025-02-03', true)";
            }
        };
    }

    private String assignment() {
        return switch (random.nextInt(4)) {
            case 0 -> "g = (g + 1) % 80";
            case 1 -> "s = coalesce(s, 'none') || '+', n = not n";
            case 2 -> "d = -d, day = day + 1";
            default -> "s = null, d = -1.5";
        };
    }

    /** A part of the rows. */
    private String narrow() {
        long from = random.nextLong(next);
        return "id between %d and %d and %s"
                .formatted(from, from + random.nextInt(1_500), condition(1));
    }

    /** A question. */
    String question() {
        String where = condition(0);
        return switch (random.nextInt(10)) {
            case 0 ->
                    "select count(*), count(s), count(d), sum(d), min(id), max(day) from proof.t"
                            + " where "
                            + where;
            case 1 ->
                    "select g, count(*), sum(d), min(s) from proof.t where "
                            + where
                            + " group by g having count(*) > "
                            + random.nextInt(20);
            case 2 ->
                    "select id, g, s, d, day, n from proof.t where "
                            + where
                            + " order by id limit "
                            + (1 + random.nextInt(50))
                            + " offset "
                            + random.nextInt(20);
            case 3 ->
                    "select u.name, count(*), sum(t.d) from (select * from proof.t where "
                            + where
                            + ") as t join proof.u as u on t.g = u.g group by u.name";
            case 4 ->
                    "select id, s, r from (select id, s, row_number() over (partition by g order by"
                            + " id desc) as r from proof.t where "
                            + where
                            + ") as w where r <= 2";
            case 5 -> "select distinct left(s, 1), n from proof.t where " + where;
            case 6 ->
                    "select count(*), sum(id) from proof.t where g in (select g from proof.u where"
                            + " name > 'group 2') and "
                            + where;
            case 7 ->
                    "select u.g, count(t.id) from proof.u as u left join (select * from proof.t"
                            + " where "
                            + where
                            + ") as t on t.g = u.g group by u.g";
            case 8 ->
                    "select date_trunc('month', day)::date as m, count(*) from proof.t where "
                            + where
                            + " group by m";
            default ->
                    "select id from proof.t where "
                            + where
                            + " and not exists (select 1 from proof.u as v where v.g = proof.t.g)";
        };
    }

    private String condition(int depth) {
        if (depth < DEEPEST && random.nextInt(3) == 0) {
            List<String> parts = new ArrayList<>();
            for (int i = 0; i < 2 + random.nextInt(2); i++) {
                parts.add(condition(depth + 1));
            }
            String joined =
                    parts.stream()
                            .collect(
                                    Collectors.joining(
                                            random.nextBoolean() ? " and " : " or ", "(", ")"));
            return random.nextInt(4) == 0 ? "not " + joined : joined;
        }
        return switch (random.nextInt(12)) {
            case 0 -> "(id " + operator() + " " + random.nextLong(next) + ")";
            case 1 -> "(id between %d and %d)".formatted(random.nextLong(next), next);
            case 2 -> "(g = " + random.nextInt(2 * GROUPS) + ")";
            case 3 ->
                    "(g in (%d, %d, %d))"
                            .formatted(
                                    random.nextInt(2 * GROUPS),
                                    random.nextInt(2 * GROUPS),
                                    random.nextInt(2 * GROUPS));
            case 4 -> "(s like '" + (char) ('a' + random.nextInt(26)) + "%')";
            case 5 -> random.nextBoolean() ? "(s is null)" : "(d is not null)";
            case 6 -> "(d " + operator() + " " + (random.nextInt(50_000) - 25_000) + ".25)";
            case 7 ->
                    "(day %s date '2024-01-01' + %d)".formatted(operator(), random.nextInt(1_000));
            case 8 -> "(n)";
            case 9 -> "(not n)";
            case 10 -> "(coalesce(d, 0) " + operator() + " " + random.nextInt(1_000) + ")";
            default -> "(s " + operator() + " '" + (char) ('a' + random.nextInt(26)) + "-5')";
        };
    }

    private String operator() {
        return List.of("<", "<=", ">", ">=", "<>").get(random.nextInt(5));
    }
}
