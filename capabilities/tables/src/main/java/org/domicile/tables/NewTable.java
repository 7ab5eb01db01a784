package org.domicile.tables;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.rest.requests.CreateTableRequest;

/** A table that is wanted, as a client says it. */
public sealed interface NewTable {
    /** Its name in its namespace. */
    String name();

    /** Whether it is made now, or by a commit later. */
    When when();

    /** When a table is made. */
    enum When {
        NOW,
        LATER
    }

    /** Reads a CreateTableRequest. */
    static NewTable parse(String json) {
        CreateTableRequest request =
                Document.read(
                        json, text -> Document.MAPPER.readValue(text, CreateTableRequest.class));
        if (request == null || request.name() == null || request.schema() == null) {
            throw Document.invalid("A table has a name and a schema");
        }
        return new Asked(request);
    }

    /**
     * A table with these columns, whose ids are only to tell them apart: the table's own are what
     * {@link Tables#drafted} says.
     */
    static NewTable of(String name, List<Field> columns, Map<String, String> properties) {
        return of(name, columns, List.of(), properties);
    }

    /**
     * The same with a partitioning.
     *
     * @param parts its fields, in order
     */
    static NewTable of(
            String name, List<Field> columns, List<Part> parts, Map<String, String> properties) {
        return new Asked(
                Document.checked(() -> {
                    Schema schema = Forms.schema(columns);
                    PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
                    parts.forEach(each -> each.add(spec));
                    CreateTableRequest.Builder builder =
                            CreateTableRequest.builder()
                                    .withName(name)
                                    .withSchema(schema)
                                    .withPartitionSpec(spec.build());
                    properties.forEach(builder::setProperty);
                    return builder.build();
                }));
    }

    /**
     * A field of a partitioning that is wanted.
     *
     * @param column name, with a dot before each member
     * @param width of {@code bucket} and {@code truncate}; 0 otherwise
     */
    record Part(String column, By by, int width) {
        private void add(PartitionSpec.Builder spec) {
            switch (by) {
                case IDENTITY -> spec.identity(column);
                case BUCKET -> spec.bucket(column, width);
                case TRUNCATE -> spec.truncate(column, width);
                case YEAR -> spec.year(column);
                case MONTH -> spec.month(column);
                case DAY -> spec.day(column);
                case HOUR -> spec.hour(column);
            }
        }
    }

    /** Iceberg's transforms. */
    enum By {
        IDENTITY,
        BUCKET,
        TRUNCATE,
        YEAR,
        MONTH,
        DAY,
        HOUR
    }

    /** As the library reads it. */
    record Asked(CreateTableRequest request) implements NewTable {
        @Override
        public String name() {
            return request.name();
        }

        @Override
        public When when() {
            return request.stageCreate() ? When.LATER : When.NOW;
        }
    }
}
