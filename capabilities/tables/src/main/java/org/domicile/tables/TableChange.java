package org.domicile.tables;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.requests.CommitTransactionRequestParser;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequestParser;

/** What a client asserts of a table, and what it wants changed. */
public sealed interface TableChange {
    /** Most tables of one commit. */
    int MOST = 100;

    /** Of which. */
    TableName table();

    /** Whether it says that there is no such table yet. */
    boolean creates();

    /** Reads a CommitTableRequest. @param table as its path names it */
    static TableChange parse(TableName table, String json) {
        UpdateTableRequest request = Document.read(json, UpdateTableRequestParser::fromJson);
        TableIdentifier named = request.identifier();
        if (named != null && !name(named).equals(table)) {
            throw Document.invalid(
                    "The body names another table than the path: " + name(named).text());
        }
        return of(table, request);
    }

    /** Reads a CommitTransactionRequest. */
    static List<TableChange> parseAll(String json) {
        List<UpdateTableRequest> requests =
                Document.read(json, CommitTransactionRequestParser::fromJson).tableChanges();
        if (requests.isEmpty() || requests.size() > MOST) {
            throw Document.invalid("A commit changes 1 to " + MOST + " tables");
        }
        List<TableChange> changes = new ArrayList<>();
        Set<TableName> seen = new HashSet<>();
        for (UpdateTableRequest each : requests) {
            if (each.identifier() == null) {
                throw Document.invalid("A change names no table");
            }
            TableName table = name(each.identifier());
            if (!seen.add(table)) {
                throw Document.invalid("A table is changed twice: " + table.text());
            }
            changes.add(of(table, each));
        }
        return changes;
    }

    private static TableName name(TableIdentifier named) {
        return new TableName(new NamespaceName(List.of(named.namespace().levels())), named.name());
    }

    private static TableChange of(TableName table, UpdateTableRequest request) {
        return new Asked(table, request.requirements(), request.updates());
    }

    /**
     * A change of columns, against a table as it is: whoever changes them meanwhile makes it {@link
     * Refusal.Kind#COMMIT_FAILED}.
     *
     * @param table a table that was loaded
     */
    static TableChange of(TableName name, Loaded table, ColumnChange change) {
        return switch (table) {
            case LoadedTable loaded -> Forms.changed(name, loaded, change);
            case LoadedView view -> throw Refusal.absent(Kind.TABLE, view.name());
        };
    }

    /** Properties are set, of this table and no other of its name. */
    static TableChange of(TableName name, Loaded table, Map<String, String> properties) {
        return new Asked(
                name,
                List.of(new UpdateRequirement.AssertTableUUID(table.uuid())),
                List.of(new MetadataUpdate.SetProperties(Map.copyOf(properties))));
    }

    /** Nothing is changed, of a table that is there. */
    static TableChange nothing(TableName name) {
        return new Asked(name, List.of(), List.of());
    }

    /** As the library reads it. */
    record Asked(
            TableName table, List<UpdateRequirement> requirements, List<MetadataUpdate> updates)
            implements TableChange {
        @Override
        public boolean creates() {
            return requirements.stream()
                    .anyMatch(UpdateRequirement.AssertTableDoesNotExist.class::isInstance);
        }
    }
}
