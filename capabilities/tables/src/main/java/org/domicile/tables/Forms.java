package org.domicile.tables;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.ImmutableSQLViewRepresentation;
import org.apache.iceberg.view.ImmutableViewVersion;
import org.apache.iceberg.view.ViewVersion;

/** The library's schemas, of words. */
final class Forms {
    private Forms() {}

    static Schema schema(List<Field> columns) {
        AtomicInteger ids = new AtomicInteger();
        return new Schema(columns.stream().map(each -> field(each, ids)).toList());
    }

    private static Types.NestedField field(Field field, AtomicInteger ids) {
        int id = ids.incrementAndGet();
        Type type = type(field.form(), ids);
        return field.presence() == Scan.Presence.REQUIRED
                ? Types.NestedField.required(id, field.name(), type)
                : Types.NestedField.optional(id, field.name(), type);
    }

    private static Type type(Field.Form form, AtomicInteger ids) {
        return switch (form) {
            case Field.Form.Plain(String word) -> Types.fromPrimitiveString(word);
            case Field.Form.Struct(List<Field> fields) ->
                    Types.StructType.of(fields.stream().map(each -> field(each, ids)).toList());
            case Field.Form.Items(Field element) ->
                    Types.ListType.ofOptional(ids.incrementAndGet(), type(element.form(), ids));
            case Field.Form.Entries(Field key, Field value) ->
                    Types.MapType.ofOptional(
                            ids.incrementAndGet(),
                            ids.incrementAndGet(),
                            type(key.form(), ids),
                            type(value.form(), ids));
        };
    }

    /** A view's text as a version of it. */
    static ViewVersion version(ViewText.Statement statement, NamespaceName namespace, Instant at) {
        return ImmutableViewVersion.builder()
                .versionId(1)
                .timestampMillis(at.toEpochMilli())
                .schemaId(0) // that of the schema which comes along
                .defaultNamespace(Namespace.of(namespace.levels().toArray(String[]::new)))
                .addRepresentations(
                        ImmutableSQLViewRepresentation.builder()
                                .dialect(statement.dialect())
                                .sql(statement.sql())
                                .build())
                .build();
    }

    static TableChange changed(TableName name, LoadedTable loaded, ColumnChange change) {
        return Document.checked(() -> {
            Table table =
                    new BaseTable(
                            new org.apache.iceberg.StaticTableOperations(
                                    loaded.metadata(), new NoFiles()),
                            name.text(),
                            _ -> {});
            UpdateSchema update = table.updateSchema().caseSensitive(false);
            update =
                    switch (change) {
                        case ColumnChange.Add(Field column) ->
                                update.addColumn(
                                        null,
                                        column.name(),
                                        type(column.form(), new AtomicInteger()));
                        case ColumnChange.Drop(String column) -> update.deleteColumn(column);
                        case ColumnChange.Rename(String column, String to) ->
                                update.renameColumn(column, to);
                        case ColumnChange.Widen(String column, String word) ->
                                update.updateColumn(
                                        column, Types.fromPrimitiveString(word).asPrimitiveType());
                        case ColumnChange.Relax(String column) -> update.makeColumnOptional(column);
                    };
            Schema next = update.apply();
            return new TableChange.Asked(
                    name,
                    List.of(
                            new UpdateRequirement.AssertTableUUID(loaded.uuid()),
                            new UpdateRequirement.AssertCurrentSchemaID(
                                    loaded.metadata().currentSchemaId()),
                            new UpdateRequirement.AssertLastAssignedFieldId(
                                    loaded.metadata().lastColumnId())),
                    loaded.metadata().schemas().stream()
                            .filter(each -> each.sameSchema(next))
                            .findFirst()
                            .<List<MetadataUpdate>>map(again ->
                                    // it was so before, and is not added a second time
                                    List.of(new MetadataUpdate.SetCurrentSchema(again.schemaId())))
                            .orElseGet(() ->
                                    List.of(
                                            new MetadataUpdate.AddSchema(next),
                                            new MetadataUpdate.SetCurrentSchema(-1))));
        });
    }

    /** A change of columns opens none. */
    private static final class NoFiles implements org.apache.iceberg.io.FileIO {
        @Override
        public org.apache.iceberg.io.InputFile newInputFile(String path) {
            throw new IllegalStateException("a change of columns opens no file");
        }

        @Override
        public org.apache.iceberg.io.OutputFile newOutputFile(String path) {
            throw new IllegalStateException("a change of columns writes no file");
        }

        @Override
        public void deleteFile(String path) {
            throw new IllegalStateException("a change of columns removes no file");
        }
    }
}
