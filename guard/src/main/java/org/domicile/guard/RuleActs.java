package org.domicile.guard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.domicile.objects.Bucket;
import org.domicile.policy.Change;
import org.domicile.policy.Condition;
import org.domicile.policy.Policy;
import org.domicile.policy.TableRules;
import org.domicile.query.Target;
import org.domicile.request.Outcome;
import org.domicile.tables.Field;
import org.domicile.tables.Kind;
import org.domicile.tables.Loaded;
import org.domicile.tables.Moment;
import org.domicile.tables.NamespaceName;
import org.domicile.tables.Refusal;
import org.domicile.tables.TableName;

/** Rules of tables under one request. */
final class RuleActs implements GuardedRules {
    private final Uses uses;
    private final Policy policy;
    private final SqlCatalog.Parts parts;
    private final RegisterChanges changes;

    RuleActs(Uses uses, SqlCatalog.Parts parts) {
        this.uses = uses;
        this.policy = uses.policy();
        this.parts = parts;
        this.changes = new RegisterChanges(uses, policy);
    }

    @Override
    public String use() {
        return uses.last();
    }

    /** A table as it is now. */
    private record Found(TableName name, String id, List<Field> columns) {}

    @Override
    public Named rules(Place place) {
        String action = "admin:ReadTableRules";
        Found found = found(place, action);
        try (Admitted use =
                uses.administer(place.organisation(), action, found.name().text(), List.of())) {
            use.record(Outcome.DONE, 0);
        }
        return named(place, found);
    }

    @Override
    public Named classes(
            Place place, String column, List<String> classes, TableRules.Otherwise otherwise) {
        String action = "admin:SetColumnClasses";
        Found found = found(place, action);
        Field field =
                found.columns().stream()
                        .filter(each -> each.name().equals(column))
                        .findFirst()
                        .orElseThrow(() ->
                                changes.impossible(
                                        place.organisation(),
                                        action,
                                        found.name().text(),
                                        "%s has no column %s; ./domicile table show tells them"
                                                .formatted(found.name().text(), column)));
        TableRules.OfColumn rule = new TableRules.OfColumn(field.id(), classes, otherwise);
        String said = found.name().text() + "." + column;
        changes.make(
                new Change.SetColumnRule(place.organisation(), found.id(), rule),
                place.organisation(),
                action,
                said,
                Declarations.of(place.organisation(), said, rule));
        return named(place, found);
    }

    @Override
    public Named rows(Place place, List<String> purposes, String where) {
        String action = "admin:SetRowRule";
        Found found = found(place, action);
        String kept = where;
        if (!where.isEmpty()) {
            try {
                kept =
                        Condition.of(where, TableSight.columns(SqlColumns.of(found.columns())))
                                .text();
            } catch (Condition.Unclear e) {
                throw changes.impossible(
                        place.organisation(),
                        action,
                        found.name().text(),
                        "the condition cannot be kept: " + e.sentence());
            }
        }
        TableRules.OfRows rule =
                new TableRules.OfRows(
                        purposes.stream()
                                .map(each ->
                                        each.indexOf('/') < 0
                                                ? place.organisation() + "/" + each
                                                : each)
                                .toList(),
                        kept);
        changes.make(
                new Change.SetRowRule(place.organisation(), found.id(), rule),
                place.organisation(),
                action,
                found.name().text(),
                Declarations.of(place.organisation(), found.name().text(), rule));
        return named(place, found);
    }

    private Named named(Place place, Found found) {
        return named(
                policy.register().rules(place.organisation(), found.id()),
                found.name().text(),
                found.columns());
    }

    /** With the names that columns have now. */
    static Named named(TableRules rules, String table, List<Field> columns) {
        Map<Integer, String> names = new HashMap<>();
        columns.forEach(each -> names.put(each.id(), each.name()));
        List<OfColumn> ofColumns = new ArrayList<>();
        for (TableRules.OfColumn each : rules.columns()) {
            ofColumns.add(
                    new OfColumn(
                            names.getOrDefault(each.field(), "dropped column " + each.field()),
                            each.classes(),
                            each.otherwise()));
        }
        List<OfRows> ofRows = new ArrayList<>();
        for (TableRules.OfRows each : rules.rows()) {
            ofRows.add(
                    new OfRows(
                            each.purposes(),
                            new Condition(each.where())
                                    .sql(id ->
                                            quoted(
                                                    names.getOrDefault(
                                                            id, "dropped column " + id)))));
        }
        return new Named(
                rules.organisation(),
                table,
                rules.table(),
                rules.isEmpty() ? "" : rules.digest(),
                ofColumns,
                ofRows);
    }

    private static String quoted(String name) {
        return name.matches("[a-z_][a-z0-9_]*") ? name : Target.quoted(name);
    }

    private Found found(Place place, String action) {
        String organisation = place.organisation();
        if (!policy.register().organisations().containsKey(organisation)) {
            throw changes.impossible(
                    Policy.INSTALLATION,
                    action,
                    organisation,
                    Sentences.noOrganisation(organisation));
        }
        String said = String.join(".", place.namespace()) + "." + place.table();
        Optional<Bucket> bucket = parts.warehouses().find(organisation);
        Function<String, Administration.Impossible> no =
                sentence -> changes.impossible(organisation, action, said, sentence);
        if (bucket.isEmpty()) {
            throw no.apply(organisation + " has no tables yet");
        }
        try {
            TableName name = new TableName(new NamespaceName(place.namespace()), place.table());
            OpenedWarehouse warehouse =
                    new OpenedWarehouse(
                            parts.opened(),
                            uses.request(),
                            bucket.get(),
                            () -> {
                                throw new IllegalStateException("rules are in no file");
                            });
            Loaded loaded = parts.tables().load(warehouse, Kind.TABLE, name);
            return new Found(
                    name,
                    loaded.id(),
                    parts.tables().shape(warehouse, loaded, new Moment.Now()).columns());
        } catch (Refusal e) {
            throw no.apply(e.sentence());
        }
    }
}
