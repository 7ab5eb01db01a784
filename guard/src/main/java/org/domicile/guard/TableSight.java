package org.domicile.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.domicile.policy.Condition;
import org.domicile.policy.Sight;
import org.domicile.policy.TableRules;
import org.domicile.query.Answer;
import org.domicile.query.CatalogTable;
import org.domicile.query.Failure;
import org.domicile.query.Field;
import org.domicile.query.Relation;
import org.domicile.query.RuledTable;
import org.domicile.query.Target;
import org.domicile.query.Type;

/** A table of which rules keep something from the caller, as SQL reads it. */
final class TableSight {
    /** Digits of a digest by which people are told of rules. */
    private static final int DIGITS = 16;

    private TableSight() {}

    /**
     * Columns are found by their fields as of whatever version is read; where a version lacks one
     * that the condition names, nobody can say which of its rows are seen, and none is.
     */
    static Answer<Relation> of(CatalogTable table, Sight sight) {
        Map<Integer, Field> fields = new HashMap<>();
        table.columns().forEach(each -> fields.put(each.id(), each));
        List<String> masked = new ArrayList<>();
        Map<String, String> refused = new HashMap<>();
        for (Sight.Hidden each : sight.hidden()) {
            Field field = fields.get(each.field());
            if (field != null) {
                // What may not be named is not there either, whatever becomes of the refusal.
                masked.add(field.name());
                if (each.otherwise() == TableRules.Otherwise.REFUSE) {
                    refused.put(field.name(), why(table, field, each));
                }
            }
        }
        Set<Integer> asked =
                sight.where().isEmpty() ? Set.of() : new Condition(sight.where()).fields();
        for (int each : asked) {
            if (!fields.containsKey(each)) {
                return Answer.failed(
                        new Failure(
                                Failure.REFUSED,
                                "A rule of %s says by a column which rows are seen, and that column is not there."
                                        .formatted(table.name()),
                                0,
                                "Read another version, or ask your operator for another rule."));
            }
        }
        String where =
                sight.where().isEmpty()
                        ? ""
                        : new Condition(sight.where()).sql(id -> name(fields, id));
        return Answer.of(
                new RuledTable(
                        table,
                        masked,
                        refused,
                        where,
                        asked.stream().map(id -> field(fields, id).name()).toList(),
                        told(masked, refused.keySet(), sight)));
    }

    private static Field field(Map<Integer, Field> fields, int id) {
        return Optional.ofNullable(fields.get(id)).orElseThrow();
    }

    private static String name(Map<Integer, Field> fields, int id) {
        return Target.quoted(field(fields, id).name());
    }

    private static String why(CatalogTable table, Field field, Sight.Hidden hidden) {
        return "The column %s of %s holds data of the class %s, which the purpose does not list, and may not be named."
                .formatted(field.name(), table.name(), String.join(", ", hidden.classes()));
    }

    private static String told(List<String> masked, Set<String> refused, Sight sight) {
        List<String> parts = new ArrayList<>();
        if (!sight.where().isEmpty()) {
            parts.add("rows filtered");
        }
        String hidden =
                masked.stream()
                        .filter(each -> !refused.contains(each))
                        .collect(Collectors.joining(", "));
        if (!hidden.isEmpty()) {
            parts.add("masked " + hidden);
        }
        if (!refused.isEmpty()) {
            parts.add("refused " + String.join(", ", new TreeSet<>(refused)));
        }
        return String.join("; ", parts)
                + " (rules "
                + sight.digest().substring(0, Math.min(DIGITS, sight.digest().length()))
                + ")";
    }

    /** What a rule may compare a column with. */
    static List<Condition.Column> columns(List<Field> fields) {
        return fields.stream()
                .map(each -> new Condition.Column(each.id(), each.name(), kind(each)))
                .toList();
    }

    private static Condition.Kind kind(Field field) {
        if (!(field.form() instanceof Field.Form.Plain(Type type, String _))) {
            return Condition.Kind.OTHER;
        }
        return switch (type) {
            case Type.Decimal _ -> Condition.Kind.NUMBER;
            case Type.Simple simple ->
                    switch (simple) {
                        case BOOLEAN -> Condition.Kind.TRUTH;
                        case INTEGER, BIGINT, FLOAT, DOUBLE -> Condition.Kind.NUMBER;
                        case VARCHAR -> Condition.Kind.TEXT;
                        case DATE -> Condition.Kind.DAY;
                        case TIMESTAMP, TIMESTAMPTZ -> Condition.Kind.MOMENT;
                        case UUID -> Condition.Kind.UUID;
                        default -> Condition.Kind.OTHER;
                    };
            default -> Condition.Kind.OTHER;
        };
    }
}
