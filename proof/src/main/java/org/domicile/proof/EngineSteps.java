package org.domicile.proof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What engines are told to do, one step after the other, and what came of each: it passed, it is a
 * gap that is listed, or it is wrong. Owned by one thread.
 */
final class EngineSteps {
    /** Readings are called so, in the list of gaps too: in an engine's turn, by a condition. */
    static final String READ = "read";

    static final String FIND = "find";

    /** When all have had their turns; when rows were packed by SQL; by the server itself. */
    static final String AGREE = "agree";

    static final String PACKED = "read packed";
    static final String COMPACTED = "read compacted";

    /**
     * What a pinned release cannot do while all engines take part.
     *
     * @param table its kind: the format, or "partitioned" and the format
     * @param error a piece of what it says
     */
    record Gap(Engines.Engine engine, String table, String order, String error) {}

    /** What a table has to hold, by number. */
    static final class Expected {
        private final Map<Long, List<String>> values = new TreeMap<>();
        private long next = 1;

        void put(List<String> row) {
            long n = Long.parseLong(row.getFirst());
            values.put(n, row);
            next = Math.max(next, n + 1);
        }

        void word(long n, String word) {
            List<String> row = new ArrayList<>(values.getOrDefault(n, List.of()));
            row.set(1, word);
            values.put(n, row);
        }

        void remove(long n) {
            values.remove(n);
        }

        /** The number that no row had yet. */
        long next() {
            return next;
        }

        int size() {
            return values.size();
        }

        List<String> rows() {
            return values.values().stream().map(each -> String.join("|", each)).toList();
        }

        /** Rows as {@code find} has its conditions. */
        List<String> rows(String column, String value) {
            return values.values().stream()
                    .filter(each ->
                            switch (column) {
                                case "n" -> each.getFirst().equals(value);
                                case "word" -> each.get(1).startsWith(value);
                                case "day" -> each.get(3).equals(value);
                                case "at" -> each.get(4).startsWith(value);
                                default -> throw new IllegalArgumentException(column);
                            })
                    .map(each -> String.join("|", each))
                    .toList();
        }
    }

    private final List<Gap> gaps;
    private final boolean whole;
    private final Consumer<String> told;
    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private int passed;

    /**
     * @param whole whether all engines take part: some gaps are about what another one wrote
     */
    EngineSteps(List<Gap> gaps, boolean whole, Consumer<String> told) {
        this.gaps = gaps;
        this.whole = whole;
        this.told = told;
    }

    /** One more that passed. */
    void passed(int more) {
        passed += more;
    }

    int passed() {
        return passed;
    }

    /** Sentences; more may be added. */
    List<String> wrong() {
        return wrong;
    }

    /** Figures by name; more may be added. */
    Map<String, Long> counts() {
        return counts;
    }

    void say(String what) {
        told.accept(what);
    }

    /** An engine does something. @return whether it could */
    boolean ask(Engines.Engine engine, Orders orders, String table, String... words)
            throws IOException {
        try {
            orders.ask(words);
            done(engine, table, words[0]);
            return true;
        } catch (Orders.Failed e) {
            failed(engine, table, words[0], e.why());
            return false;
        }
    }

    /**
     * It reads, and has to find these rows.
     *
     * @param when what the reading is called
     */
    void read(
            Engines.Engine engine,
            Orders orders,
            String table,
            String when,
            List<String> expected,
            String... words)
            throws IOException {
        try {
            List<String> rows = byNumber(orders.ask(words));
            if (rows.equals(expected)) {
                done(engine, table, when);
            } else {
                wrong.add(
                        "%s reads of table %s (%s) %s and not %s"
                                .formatted(engine.word(), table, when, rows, expected));
            }
        } catch (Orders.Failed e) {
            failed(engine, table, when, e.why());
        }
    }

    /** In the order of their first value, a number. */
    static List<String> byNumber(List<String> rows) {
        return rows.stream()
                .sorted(
                        Comparator.comparingLong(
                                row -> Long.parseLong(row.substring(0, row.indexOf('|')))))
                .toList();
    }

    private Stream<Gap> gaps(Engines.Engine engine, String table, String order) {
        return gaps.stream()
                .filter(each ->
                        each.engine() == engine
                                && each.table().equals(table)
                                && each.order().equals(order));
    }

    void done(Engines.Engine engine, String table, String order) {
        told.accept("%s, table %s: %s".formatted(engine.word(), table, order));
        if (whole && gaps(engine, table, order).findAny().isPresent()) {
            wrong.add(
                    "%s can %s table %s now: take the gap out of the list"
                            .formatted(engine.word(), order, table));
        } else {
            passed++;
        }
    }

    void failed(Engines.Engine engine, String table, String order, String why) {
        told.accept("%s, table %s: %s: %s".formatted(engine.word(), table, order, why));
        if (gaps(engine, table, order).anyMatch(each -> why.contains(each.error()))) {
            counts.merge("gaps", 1L, Long::sum);
        } else {
            wrong.add("%s cannot %s table %s: %s".formatted(engine.word(), order, table, why));
        }
    }
}
