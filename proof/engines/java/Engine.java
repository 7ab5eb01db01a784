import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericAppenderFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.IdentityPartitionConverters;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.encryption.EncryptedFiles;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.PartitionUtil;

/** Iceberg's own Java client. */
public class Engine {
    static final DateTimeFormatter AT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS");
    static final Schema SCHEMA =
            new Schema(
                    Types.NestedField.optional(1, "n", Types.LongType.get()),
                    Types.NestedField.optional(2, "word", Types.StringType.get()),
                    Types.NestedField.optional(3, "price", Types.DecimalType.of(9, 2)),
                    Types.NestedField.optional(4, "day", Types.DateType.get()),
                    Types.NestedField.optional(5, "at", Types.TimestampType.withoutZone()));

    static final PartitionSpec PARTED =
            PartitionSpec.builderFor(SCHEMA)
                    .identity("day")
                    .bucket("n", 4)
                    .truncate("word", 5)
                    .day("at")
                    .build();

    static RESTCatalog catalog = new RESTCatalog();

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        catalog.initialize(
                "ours",
                Map.of(
                        "uri", System.getenv("CATALOG"),
                        "credential", System.getenv("CREDENTIAL"),
                        "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
                        "header.X-Iceberg-Access-Delegation", "vended-credentials"));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                for (String row : answer(Arrays.asList(line.split("\t")))) {
                    out.println("row\t" + row);
                }
                out.println("done");
            } catch (Exception e) {
                e.printStackTrace();
                out.println("failed\t" + String.valueOf(e).replaceAll("\\s+", " "));
            }
        }
        System.exit(0);
    }

    static List<String> answer(List<String> words) throws Exception {
        TableIdentifier name = TableIdentifier.of("engines", words.get(1));
        switch (words.get(0)) {
            case "create" -> {
                if (!catalog.namespaceExists(Namespace.of("engines"))) {
                    catalog.createNamespace(Namespace.of("engines"));
                }
                catalog.createTable(
                        name,
                        SCHEMA,
                        words.size() > 3 ? PARTED : PartitionSpec.unpartitioned(),
                        Map.of("format-version", words.get(2)));
            }
            case "read" -> {
                return read(catalog.loadTable(name), Expressions.alwaysTrue());
            }
            case "find" -> {
                return read(catalog.loadTable(name), where(words.get(2), words.get(3)));
            }
            case "lineage" -> {
                return lineage(catalog.loadTable(name));
            }
            case "insert" -> {
                Table table = catalog.loadTable(name);
                List<Record> rows = new ArrayList<>();
                for (int i = 2; i < words.size(); i += 5) {
                    Record row = GenericRecord.create(table.schema());
                    row.setField("n", Long.parseLong(words.get(i)));
                    row.setField("word", words.get(i + 1));
                    row.setField("price", new BigDecimal(words.get(i + 2)));
                    row.setField("day", LocalDate.parse(words.get(i + 3)));
                    row.setField("at", LocalDateTime.parse(words.get(i + 4), AT));
                    rows.add(row);
                }
                AppendFiles append = table.newAppend();
                written(table, rows).forEach(append::appendFile);
                append.commit();
            }
            case "delete" -> change(catalog.loadTable(name), Long.parseLong(words.get(2)), null);
            case "update" ->
                    change(catalog.loadTable(name), Long.parseLong(words.get(2)), words.get(3));
            default -> throw new IllegalArgumentException(words.get(0));
        }
        return List.of();
    }

    static Expression where(String column, String value) {
        return switch (column) {
            case "n" -> Expressions.equal("n", Long.parseLong(value));
            case "word" -> Expressions.startsWith("word", value);
            case "day" -> Expressions.equal("day", value);
            case "at" ->
                    Expressions.and(
                            Expressions.greaterThanOrEqual("at", value + "T00:00:00"),
                            Expressions.lessThan("at", LocalDate.parse(value).plusDays(1) + "T00:00:00"));
            default -> throw new IllegalArgumentException(column);
        };
    }

    /** Each row's number, and the commit that wrote it last. */
    static List<String> lineage(Table table) throws Exception {
        Schema columns =
                new Schema(
                        List.of(
                                table.schema().findField("n"),
                                MetadataColumns.ROW_ID,
                                MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER));
        List<String> found = new ArrayList<>();
        for (var task : table.newScan().planFiles()) {
            try (CloseableIterable<Record> rows = OneFile.read(table, task, columns)) {
                for (Record row : rows) {
                    found.add(
                            row.getField("n")
                                    + "|" + row.getField("_row_id")
                                    + "|" + row.getField("_last_updated_sequence_number"));
                }
            }
        }
        return found;
    }

    static List<String> read(Table table, Expression where) throws Exception {
        List<String> rows = new ArrayList<>();
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).where(where).build()) {
            for (Record row : records) {
                rows.add(
                        row.getField("n")
                                + "|" + row.getField("word")
                                + "|" + row.getField("price")
                                + "|" + row.getField("day")
                                + "|" + AT.format((LocalDateTime) row.getField("at")));
            }
        }
        return rows;
    }

    /** A file for each partition that has rows. */
    static List<DataFile> written(Table table, List<Record> rows) throws Exception {
        PartitionKey key = new PartitionKey(table.spec(), table.schema());
        InternalRecordWrapper wrapper = new InternalRecordWrapper(table.schema().asStruct());
        Map<PartitionKey, List<Record>> parted = new HashMap<>();
        for (Record row : rows) {
            key.partition(wrapper.wrap(row));
            parted.computeIfAbsent(key.copy(), each -> new ArrayList<>()).add(row);
        }
        List<DataFile> files = new ArrayList<>();
        for (Map.Entry<PartitionKey, List<Record>> each : parted.entrySet()) {
            String name = UUID.randomUUID() + ".parquet";
            boolean flat = table.spec().isUnpartitioned();
            String place =
                    flat
                            ? table.locationProvider().newDataLocation(name)
                            : table.locationProvider()
                                    .newDataLocation(table.spec(), each.getKey(), name);
            DataWriter<Record> writer =
                    new GenericAppenderFactory(table.schema(), table.spec())
                            .newDataWriter(
                                    EncryptedFiles.plainAsEncryptedOutput(
                                            table.io().newOutputFile(place)),
                                    FileFormat.PARQUET,
                                    flat ? null : each.getKey());
            try (writer) {
                writer.write(each.getValue());
            }
            files.add(writer.toDataFile());
        }
        return files;
    }

    /** By position: in files of format 2, in deletion vectors of format 3. */
    static void change(Table table, long n, String word) throws Exception {
        Record changed = null;
        String file = null;
        long position = -1;
        StructLike partition = null;
        PartitionSpec spec = null;
        Schema where =
                new Schema(
                        List.of(
                                MetadataColumns.FILE_PATH,
                                MetadataColumns.ROW_POSITION,
                                table.schema().findField("n")));
        for (var task : table.newScan().planFiles()) {
            try (CloseableIterable<Record> rows = OneFile.read(table, task, where)) {
                for (Record row : rows) {
                    if (row.getField("n").equals(n)) {
                        file = task.file().location();
                        position = (Long) row.getField("_pos");
                        spec = task.spec();
                        partition = spec.isUnpartitioned() ? null : task.file().partition();
                    }
                }
            }
        }
        if (file == null) {
            throw new IllegalStateException("there is no row " + n);
        }
        RowDelta delta =
                table.newRowDelta().validateFromSnapshot(table.currentSnapshot().snapshotId());
        if (word != null) {
            try (CloseableIterable<Record> rows =
                    IcebergGenerics.read(table).where(Expressions.equal("n", n)).build()) {
                changed = rows.iterator().next().copy();
            }
            changed.setField("word", word);
            written(table, List.of(changed)).forEach(delta::addRows);
        }
        int format = ((org.apache.iceberg.BaseTable) table).operations().current().formatVersion();
        if (format >= 3) {
            DVFileWriter writer =
                    new BaseDVFileWriter(
                            OutputFileFactory.builderFor(table, 1, 1)
                                    .format(FileFormat.PUFFIN)
                                    .build(),
                            path -> OneFile.deletes(table, path));
            writer.delete(file, position, spec, partition);
            writer.close();
            writer.result().deleteFiles().forEach(delta::addDeletes);
            writer.result().rewrittenDeleteFiles().forEach(delta::removeDeletes);
        } else {
            PositionDeleteWriter<Record> writer =
                    new GenericAppenderFactory(table.schema(), spec)
                            .newPosDeleteWriter(
                                    EncryptedFiles.plainAsEncryptedOutput(
                                            table.io()
                                                    .newOutputFile(
                                                            table.locationProvider()
                                                                    .newDataLocation(
                                                                            UUID.randomUUID()
                                                                                    + "-deletes.parquet"))),
                                    FileFormat.PARQUET,
                                    partition);
            PositionDelete<Record> one = PositionDelete.create();
            one.set(file, position, null);
            writer.write(one);
            writer.close();
            delta.addDeletes(writer.toDeleteFile());
        }
        delta.commit();
    }

    /** Rows of one file with their positions, less what is deleted already. */
    static final class OneFile {
        static CloseableIterable<Record> read(
                Table table, org.apache.iceberg.FileScanTask task, Schema columns) {
            var reader = new org.apache.iceberg.data.GenericDeleteFilter(table.io(), task, table.schema(), columns);
            CloseableIterable<Record> rows =
                    org.apache.iceberg.parquet.Parquet.read(
                                    table.io().newInputFile(task.file().location()))
                            .project(reader.requiredSchema())
                            .createReaderFunc(
                                    type ->
                                            org.apache.iceberg.data.parquet.GenericParquetReaders
                                                    .buildReader(
                                                            reader.requiredSchema(),
                                                            type,
                                                            PartitionUtil.constantsMap(
                                                                    task,
                                                                    IdentityPartitionConverters
                                                                            ::convertConstant)))
                            .build();
            return reader.filter(rows);
        }

        static org.apache.iceberg.deletes.PositionDeleteIndex deletes(Table table, String path) {
            for (var task : table.newScan().planFiles()) {
                if (task.file().location().equals(path) && !task.deletes().isEmpty()) {
                    return new org.apache.iceberg.data.BaseDeleteLoader(
                                    delete -> table.io().newInputFile(delete))
                            .loadPositionDeletes(task.deletes(), path);
                }
            }
            return null;
        }
    }
}
