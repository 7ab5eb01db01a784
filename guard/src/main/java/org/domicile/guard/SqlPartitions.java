package org.domicile.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.query.Answer;
import org.domicile.query.Change;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;
import org.domicile.tables.Field;
import org.domicile.tables.NewFile;
import org.domicile.tables.NewTable;
import org.domicile.tables.Spread;

/** A table's partitioning, in the words of who writes files of it. */
final class SqlPartitions {
    private static final Pattern WIDE = Pattern.compile("(bucket|truncate)\\[([1-9]\\d{0,8})]");

    private SqlPartitions() {}

    /**
     * What is written into a table, by its partitioning of now.
     *
     * @param slots one for each of the table's columns, in order; others may follow
     * @throws SqlTypes.Untold where its partitioning is none that is written here
     */
    static Target.Parquet target(SqlChanges.Goal goal, List<Target.Slot> slots) {
        List<Target.Key> keys = new ArrayList<>();
        for (Spread.Part each : goal.spread().parts()) {
            keys.add(key(goal, each));
        }
        return new Target.Parquet(slots, keys);
    }

    private static Target.Key key(SqlChanges.Goal goal, Spread.Part part) {
        Target.Transform transform =
                transform(part.transform())
                        .orElseThrow(() ->
                                new SqlTypes.Untold(
                                        "SQL does not write tables that are partitioned by %s."
                                                .formatted(part.transform())));
        List<Field> columns = goal.shape().columns();
        for (int i = 0; i < columns.size(); i++) {
            List<Field> path = path(columns.get(i), part.column());
            if (!path.isEmpty()) {
                return new Target.Key(
                        i,
                        path.stream().skip(1).map(Field::name).toList(),
                        SqlTypes.slot(path.getLast(), 1).type(),
                        transform);
            }
        }
        throw new SqlTypes.Untold(
                "The table is partitioned by a column that it does not have any more.");
    }

    /** From a column to the field that is meant; empty where it is not in it. */
    private static List<Field> path(Field field, int id) {
        if (field.id() == id) {
            return List.of(field);
        }
        if (field.form() instanceof Field.Form.Struct(List<Field> members)) {
            for (Field each : members) {
                List<Field> rest = path(each, id);
                if (!rest.isEmpty()) {
                    List<Field> path = new ArrayList<>();
                    path.add(field);
                    path.addAll(rest);
                    return path;
                }
            }
        }
        return List.of();
    }

    private static Optional<Target.Transform> transform(String text) {
        Matcher wide = WIDE.matcher(text);
        if (wide.matches()) {
            int width = Integer.parseInt(wide.group(2));
            return Optional.of(
                    wide.group(1).equals("bucket")
                            ? new Target.Transform.Bucket(width)
                            : new Target.Transform.Truncate(width));
        }
        return switch (text) {
            case "identity" -> Optional.of(new Target.Transform.Identity());
            case "year" -> Optional.of(new Target.Transform.Time(Target.Unit.YEAR));
            case "month" -> Optional.of(new Target.Transform.Time(Target.Unit.MONTH));
            case "day" -> Optional.of(new Target.Transform.Time(Target.Unit.DAY));
            case "hour" -> Optional.of(new Target.Transform.Time(Target.Unit.HOUR));
            default -> Optional.empty();
        };
    }

    /**
     * A partitioning of a table that is made.
     *
     * @throws Absent where it has no such column
     */
    static List<NewTable.Part> parts(List<Change.Part> wanted, List<Field> columns, String table) {
        List<NewTable.Part> parts = new ArrayList<>();
        for (Change.Part each : wanted) {
            List<String> path = new ArrayList<>(each.column());
            int at = SqlChanges.find(columns, path.getFirst());
            if (at < 0) {
                throw new Absent(path.getFirst(), table);
            }
            path.set(0, columns.get(at).name());
            parts.add(
                    new NewTable.Part(
                            String.join(".", path),
                            switch (each.by()) {
                                case IDENTITY -> NewTable.By.IDENTITY;
                                case BUCKET -> NewTable.By.BUCKET;
                                case TRUNCATE -> NewTable.By.TRUNCATE;
                                case YEAR -> NewTable.By.YEAR;
                                case MONTH -> NewTable.By.MONTH;
                                case DAY -> NewTable.By.DAY;
                                case HOUR -> NewTable.By.HOUR;
                            },
                            each.width()));
        }
        return List.copyOf(parts);
    }

    /** There is no such column. */
    static final class Absent extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Absent(String column, String table) {
            super(
                    "column \"%s\" of relation \"%s\" does not exist".formatted(column, table),
                    null,
                    false,
                    false);
        }

        <T> Answer<T> failed() {
            return Answer.failed("42703", String.valueOf(getMessage()));
        }
    }

    /** The partition of a file that was written so. */
    static List<NewFile.Value> values(Written written) {
        return written.partition().stream()
                .map(each ->
                        each instanceof Value.Text(String text)
                                ? new NewFile.Value.Text(text)
                                : (NewFile.Value) new NewFile.Value.None())
                .toList();
    }
}
