package org.domicile.tables;

import java.util.List;
import java.util.Map;
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
        return new Asked(
                Document.checked(() -> {
                    CreateTableRequest.Builder builder =
                            CreateTableRequest.builder()
                                    .withName(name)
                                    .withSchema(Forms.schema(columns));
                    properties.forEach(builder::setProperty);
                    return builder.build();
                }));
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
