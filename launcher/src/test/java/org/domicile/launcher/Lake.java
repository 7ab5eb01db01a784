package org.domicile.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;

/**
 * Tables that Iceberg's own client makes through the catalog, of files that DuckDB writes: rows,
 * and deletes of every kind.
 */
final class Lake implements AutoCloseable {
    private static final int FILE_PATH = 2_147_483_546;
    private static final int POSITION = 2_147_483_545;

    private final Path folder;
    final RESTCatalog catalog = new RESTCatalog();

    Lake(Path folder, String web, FirstCredential who) {
        this.folder = folder;
        catalog.initialize(
                "ours",
                Map.of(
                        "uri",
                        web + "/iceberg",
                        "credential",
                        who.accessKey() + ":" + who.secret(),
                        "header.X-Iceberg-Access-Delegation",
                        "vended-credentials",
                        "io-impl",
                        LakeFiles.class.getName()));
    }

    void namespace(String... levels) {
        for (int i = 1; i <= levels.length; i++) {
            Namespace each = Namespace.of(List.of(levels).subList(0, i).toArray(String[]::new));
            if (!catalog.namespaceExists(each)) {
                catalog.createNamespace(each);
            }
        }
    }

    static TableIdentifier named(String... levels) {
        return TableIdentifier.of(levels);
    }

    Table create(
            TableIdentifier name, Schema schema, PartitionSpec spec, Map<String, String> more) {
        return catalog.buildTable(name, schema)
                .withPartitionSpec(spec)
                .withProperties(more)
                .create();
    }

    Table create(TableIdentifier name, int format, Types.NestedField... columns) {
        return create(
                name,
                new Schema(columns),
                PartitionSpec.unpartitioned(),
                Map.of("format-version", Integer.toString(format)));
    }

    /** The rows of a statement as Parquet. @param ids as FIELD_IDS has them; empty for none */
    byte[] parquet(String select, String ids) {
        Path file = folder.resolve(UUID.randomUUID() + ".parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "copy (%s) to '%s' (format parquet, compression uncompressed%s)"
                            .formatted(
                                    select,
                                    file,
                                    ids.isEmpty() ? "" : ", field_ids {" + ids + "}"));
            byte[] bytes = Files.readAllBytes(file);
            Files.delete(file);
            return bytes;
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(select, e);
        }
    }

    static String write(Table table, String name, byte[] bytes) {
        String location = table.location() + "/data/" + name;
        try (OutputStream out = table.io().newOutputFile(location).create()) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return location;
    }

    /** A file with the ids of the table's columns now. @param count of its rows */
    DataFile file(Table table, String select, long count) {
        String ids =
                table.schema().columns().stream()
                        .map(each -> '"' + each.name() + "\": " + ids(each))
                        .collect(Collectors.joining(", "));
        return file(table, select, ids, count, "");
    }

    private static String ids(Types.NestedField field) {
        if (field.type().isPrimitiveType()) {
            return Integer.toString(field.fieldId());
        }
        String inner =
                switch (field.type().typeId()) {
                    case LIST -> "element: " + ids(field.type().asListType().fields().getFirst());
                    case MAP ->
                            "key: "
                                    + ids(field.type().asMapType().fields().get(0))
                                    + ", value: "
                                    + ids(field.type().asMapType().fields().get(1));
                    default ->
                            field.type().asStructType().fields().stream()
                                    .map(each -> '"' + each.name() + "\": " + ids(each))
                                    .collect(Collectors.joining(", "));
                };
        return "{__duckdb_field_id: " + field.fieldId() + ", " + inner + "}";
    }

    /**
     * @param partition as a path says it, {@code day=1}; empty for none
     */
    DataFile file(Table table, String select, String ids, long count, String partition) {
        byte[] bytes = parquet(select, ids);
        DataFiles.Builder builder =
                DataFiles.builder(table.spec())
                        .withPath(write(table, UUID.randomUUID() + ".parquet", bytes))
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(bytes.length)
                        .withRecordCount(count);
        return (partition.isEmpty() ? builder : builder.withPartitionPath(partition)).build();
    }

    DataFile append(Table table, String select, long count) {
        DataFile file = file(table, select, count);
        table.newAppend().appendFile(file).commit();
        return file;
    }

    /** Deletes rows of a file by their numbers, in a file of positions. */
    void deletePositions(Table table, DataFile file, String rows) {
        byte[] bytes =
                parquet(
                        "select '%s' as file_path, unnest([%s])::bigint as pos"
                                .formatted(file.location(), rows),
                        "file_path: " + FILE_PATH + ", pos: " + POSITION);
        table.newRowDelta()
                .addDeletes(
                        deletes(table, bytes, rows.split(",").length).ofPositionDeletes().build())
                .commit();
    }

    /** Deletes rows that are equal to those of a statement. */
    void deleteEqual(Table table, String select, String ids, long count, int... columns) {
        table.newRowDelta()
                .addDeletes(
                        deletes(table, parquet(select, ids), count)
                                .ofEqualityDeletes(columns)
                                .build())
                .commit();
    }

    private static FileMetadata.Builder deletes(Table table, byte[] bytes, long count) {
        return FileMetadata.deleteFileBuilder(table.spec())
                .withPath(write(table, "deletes-" + UUID.randomUUID() + ".parquet", bytes))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(bytes.length)
                .withRecordCount(count);
    }

    /** Deletes rows of a file by their numbers, in a vector. */
    @SuppressWarnings("NullAway") // that a file had no deletes is told to the library by null
    void deleteVector(Table table, DataFile file, long... rows) throws IOException {
        BaseDVFileWriter writer =
                new BaseDVFileWriter(
                        OutputFileFactory.builderFor(table, 1, 1).format(FileFormat.PUFFIN).build(),
                        path -> null);
        for (long row : rows) {
            writer.delete(file.location(), row, table.spec(), file.partition());
        }
        writer.close();
        var delta = table.newRowDelta();
        for (DeleteFile each : writer.result().deleteFiles()) {
            delta.addDeletes(each);
        }
        delta.commit();
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
