package org.domicile.tables;

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
