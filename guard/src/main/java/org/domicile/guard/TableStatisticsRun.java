package org.domicile.guard;

import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.domicile.policy.TableRules;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.tables.Loaded;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;

/** Counts values of tables: see {@link StatisticsOfTables}. Owned by the thread of the job. */
final class TableStatisticsRun extends TableTurns implements StatisticsOfTables {
    private static final String READ = "statistics:Read";
    private static final String PLAN = "statistics:Plan";

    /** What a statement ends with that is too large, in whatever respect, or takes too long. */
    private static final Set<String> TOO_LARGE =
            Set.of(Failure.OVER_LIMIT, Failure.MEMORY, Failure.CANCELLED, "54000");

    /** How a statement's acts are called when they are the program's. */
    private static final Map<String, String> NAMES =
            Map.of(
                    "iceberg:LoadTable",
                    READ,
                    "sql:Select",
                    READ,
                    "sql:Describe",
                    PLAN,
                    "iceberg:PlanScan",
                    PLAN,
                    "iceberg:CommitTable",
                    SqlCounting.SET,
                    READ,
                    READ,
                    PLAN,
                    PLAN,
                    SqlCounting.SET,
                    SqlCounting.SET,
                    SqlCounting.REMOVE,
                    SqlCounting.REMOVE);

    private final StatisticsOptions options;

    TableStatisticsRun(With with, StatisticsOptions options) {
        super(with, "counted", TableStatisticsRun::named, options.quiet());
        this.options = options;
        switch (options.mode()) {
            case ON -> with.care().on();
            case OFF -> with.care().off(SWITCH + " is off");
        }
    }

    private static String named(String action) {
        String name = NAMES.get(action);
        if (name == null) {
            throw new IllegalStateException("counting does nothing like " + action);
        }
        return name;
    }

    @Override
    public Standing standing() {
        TurnsCare.Sums sums = with().care().sums();
        return new Standing(
                sums.times(),
                sums.things(),
                sums.conflicts(),
                sums.failing(),
                sums.waiting(),
                sums.last());
    }

    @Override
    boolean isOn() {
        return options.mode() == StatisticsOptions.Mode.ON;
    }

    @Override
    boolean isTooMuch(Failure failure) {
        return TOO_LARGE.contains(failure.state());
    }

    private TableRules rules(One one) {
        return with().policy().register().rules(one.organisation(), one.id());
    }

    @Override
    String also(One one) {
        TableRules rules = rules(one);
        return rules.isEmpty() ? "" : rules.digest();
    }

    @Override
    long work(One one, TableName name, Loaded loaded) {
        TableUpkeep upkeep = with().parts().tables().upkeep();
        TableUpkeep.Counted counted = upkeep.counted(loaded);
        Set<Integer> ruled = SqlCounting.ruled(rules(one), counted.fields());
        if (!ruled.isEmpty()) {
            return taken(
                    one,
                    one.aside(
                            text(name),
                            changes -> changes.uncounted(SqlChanges.path(name), ruled)));
        }
        if (loaded.properties().getOrDefault(SWITCH, "on").equalsIgnoreCase("off")) {
            return one.rest(TurnsCare.Stage.NOT_WANTED, SWITCH + " is off");
        }
        if (!rules(one).rows().isEmpty()) {
            return one.rest(TurnsCare.Stage.NOT_HERE, "a rule keeps rows from purposes");
        }
        TableUpkeep.Wear wear = upkeep.wear(loaded);
        if (wear.snapshot() < 0 || !isDue(counted)) {
            return one.rest(TurnsCare.Stage.FINE, "");
        }
        if (one.isBusy(wear)) {
            return 0;
        }
        Supplier<TableRules> rules = () -> rules(one);
        return told(
                one,
                one.aside(text(name), changes -> changes.counted(SqlChanges.path(name), rules)));
    }

    private static String text(TableName name) {
        return "analyze " + SqlChanges.quoted(name);
    }

    /** What writers do not say may be anything. */
    private static boolean isDue(TableUpkeep.Counted counted) {
        boolean empty = counted.rows() == 0 && counted.snapshot() < 0;
        return !empty
                && counted.changed() > 0
                && (counted.rows() < 0 || counted.changed() >= counted.rows() / CHANGED);
    }

    private static long taken(One one, Answer<GuardedSql.Result> answer) {
        return switch (answer) {
            case Answer.Given<GuardedSql.Result> _ -> one.again();
            case Answer.Failed<GuardedSql.Result>(Failure failure) -> one.failed(failure);
        };
    }

    private static long told(One one, Answer<GuardedSql.Result> answer) {
        return switch (answer) {
            case Answer.Failed<GuardedSql.Result>(Failure failure) -> one.failed(failure);
            case Answer.Given<GuardedSql.Result>(GuardedSql.Result result) -> {
                long columns = SqlCounting.counted(result.tag());
                if (columns == 0) {
                    yield one.rest(TurnsCare.Stage.FINE, "");
                }
                long done = one.did(columns, result.use());
                one.pause();
                yield done;
            }
        };
    }
}
