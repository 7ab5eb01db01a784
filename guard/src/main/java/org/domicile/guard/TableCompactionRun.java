package org.domicile.guard;

import java.util.Map;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.tables.Loaded;
import org.domicile.tables.TableName;
import org.domicile.tables.TableUpkeep;

/**
 * Compacts tables: see {@link CompactionOfTables}. What is done to a table is what {@code alter
 * table … execute optimize} does ({@link SqlPacking}), of the files that are {@link Due}, by the
 * program instead of a caller. Owned by the thread of the job.
 */
final class TableCompactionRun extends TableTurns implements CompactionOfTables {
    static final String READ = "compaction:Read";
    static final String REWRITE = "compaction:Rewrite";
    static final String PLAN = "compaction:Plan";

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
                    REWRITE,
                    "sql:Compact",
                    REWRITE,
                    READ,
                    READ,
                    PLAN,
                    PLAN,
                    REWRITE,
                    REWRITE);

    private final CompactionOptions options;

    TableCompactionRun(With with, CompactionOptions options) {
        super(with, "compacted", TableCompactionRun::named, options.quiet());
        this.options = options;
        switch (options.mode()) {
            case ON -> with.care().on();
            case OFF -> with.care().off("upkeep.compaction is off");
        }
    }

    /** An act of a statement, as the program's. */
    static String named(String action) {
        String name = NAMES.get(action);
        if (name == null) {
            throw new IllegalStateException("compaction does nothing like " + action);
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
        return options.mode() == CompactionOptions.Mode.ON;
    }

    @Override
    long work(One one, TableName name, Loaded loaded) {
        Map<String, String> properties = loaded.properties();
        if (properties.getOrDefault(ENABLED, "true").equalsIgnoreCase("false")) {
            return one.rest(TurnsCare.Stage.NOT_WANTED, ENABLED + " is false");
        }
        int least = least(properties);
        TableUpkeep.Wear wear = with().parts().tables().upkeep().wear(loaded);
        long below = SmallFiles.below(SmallFiles.aim(properties));
        if (!couldBeDue(wear, least, below)) {
            return one.rest(TurnsCare.Stage.FINE, "");
        }
        if (one.isBusy(wear)) {
            return 0;
        }
        Due due = new Due(least, below, options.room());
        String text = "alter table %s execute optimize".formatted(SqlChanges.quoted(name));
        return told(
                one, due, one.aside(text, changes -> changes.packed(SqlChanges.path(name), due)));
    }

    /** By what a snapshot says of itself; where it says nothing, manifests have to be read. */
    private static boolean couldBeDue(TableUpkeep.Wear wear, int least, long below) {
        boolean few =
                wear.files() >= 0
                        && (wear.files() < 2
                                || (wear.files() < least
                                        && wear.bytes() >= 0
                                        && wear.bytes() < below));
        return wear.snapshot() >= 0 && (wear.deletes() != 0 || !few);
    }

    private int least(Map<String, String> properties) {
        String said = properties.getOrDefault(FILES, "");
        return said.matches("[1-9]\\d{0,8}")
                ? Math.max(2, Integer.parseInt(said))
                : options.files();
    }

    private static long told(One one, Due due, Answer<GuardedSql.Result> answer) {
        return switch (answer) {
            case Answer.Failed<GuardedSql.Result>(Failure failure) -> one.failed(failure);
            case Answer.Given<GuardedSql.Result>(GuardedSql.Result result) -> {
                long files = SqlPacking.packed(result.tag());
                if (files > 0) {
                    yield one.did(files, result.use());
                }
                if (due.scarce()) {
                    yield one.waits("there is no room on the disk for it");
                }
                one.rest(TurnsCare.Stage.FINE, "");
                yield one.pause();
            }
        };
    }
}
