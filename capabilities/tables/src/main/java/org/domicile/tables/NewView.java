package org.domicile.tables;

import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.CreateViewRequestParser;

/** A view that is wanted, as a client says it. */
public sealed interface NewView {
    /** Its name in its namespace. */
    String name();

    /** Reads a CreateViewRequest. */
    static NewView parse(String json) {
        return new Asked(Document.read(json, CreateViewRequestParser::fromJson));
    }

    /** As the library reads it. */
    record Asked(CreateViewRequest request) implements NewView {
        @Override
        public String name() {
            return request.name();
        }
    }
}
