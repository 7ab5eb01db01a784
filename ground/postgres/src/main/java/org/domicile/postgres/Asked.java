package org.domicile.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What is common to all parts of one question while it is compiled and answered. */
final class Asked {
    static final int MOST_ROWS = 4_000_000;
    private static final int MOST_PARAMETERS = 32_767;

    final World world;
    final Values values;
    final Operators operators;
    final Functions functions;
    private final List<PgType> parameters;
    private List<Object> given = List.of();
    private long run;
    private int steps;
    private final IdentityHashMap<List<Object[]>, Map<Integer, Map<Object, List<Object[]>>>>
            indices = new IdentityHashMap<>();

    /**
     * @param parameters as the client declared them
     */
    Asked(World world, List<PgType> parameters) {
        this.world = world;
        this.values = new Values(world);
        this.operators = new Operators(world);
        this.functions = new Functions(world, operators);
        this.parameters = new ArrayList<>(parameters);
    }

    PgType parameter(int number) {
        if (number < 1 || number > MOST_PARAMETERS) {
            throw new SqlError("42P02", "there is no parameter $" + number);
        }
        while (parameters.size() < number) {
            parameters.add(PgType.UNKNOWN);
        }
        return parameters.get(number - 1);
    }

    /** What stands beside a parameter says what it is. */
    void infer(int number, PgType type) {
        if (parameter(number) == PgType.UNKNOWN && type != PgType.UNKNOWN) {
            parameters.set(number - 1, type.isReg() ? PgType.TEXT : type);
        }
    }

    List<PgType> parameters() {
        return parameters.stream()
                .map(each -> each == PgType.UNKNOWN ? PgType.TEXT : each)
                .toList();
    }

    Object given(int number) {
        if (number > given.size()) {
            throw new SqlError("08P01", "there is no value for parameter $" + number);
        }
        return given.get(number - 1);
    }

    /** Begins an answer. */
    void begin(List<Object> with) {
        given = List.copyOf(with);
        run++;
    }

    /** Which answer it is: what was kept of an earlier one is not of this. */
    long run() {
        return run;
    }

    /** Something was done; now and then it looks at the time. */
    void step() {
        if ((++steps & 0xfff) == 0 && world.clock().instant().isAfter(world.deadline())) {
            throw new SqlError("57014", "the question takes too long");
        }
    }

    void bounded(int rows) {
        if (rows > MOST_ROWS) {
            throw new SqlError("54000", "a step of the question makes too many rows");
        }
    }

    /** Rows of a relation by the value of one column. */
    Map<Object, List<Object[]>> index(List<Object[]> rows, int column) {
        return indices.computeIfAbsent(rows, k -> new HashMap<>())
                .computeIfAbsent(
                        column,
                        key -> {
                            Map<Object, List<Object[]>> found = new HashMap<>();
                            for (Object[] row : rows) {
                                if (!Values.missing(row[column])) {
                                    found.computeIfAbsent(
                                                    Values.key(row[column]), k -> new ArrayList<>())
                                            .add(row);
                                }
                            }
                            return found;
                        });
    }
}
