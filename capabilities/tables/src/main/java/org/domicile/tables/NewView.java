package org.domicile.tables;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.rest.requests.CreateViewRequestParser;
import org.apache.iceberg.rest.requests.ImmutableCreateViewRequest;

/** A view that is wanted, as a client says it. */
public sealed interface NewView {
    /** Its name in its namespace. */
    String name();

    /** Reads a CreateViewRequest. */
    static NewView parse(String json) {
        return new Asked(
                Document.read(json, CreateViewRequestParser::fromJson), UnaryOperator.identity());
    }

    /**
     * A view of one text.
     *
     * @param at when it is made
     */
    static NewView of(
            String name,
            ViewText.Statement statement,
            NamespaceName namespace,
            List<Field> columns,
            Instant at,
            UnaryOperator<byte[]> carried) {
        return new Asked(
                Document.checked(() ->
                        ImmutableCreateViewRequest.builder()
                                .name(name)
                                .schema(Forms.schema(columns))
                                .viewVersion(Forms.version(statement, namespace, at))
                                .build()),
                carried);
    }

    /**
     * As the library reads it.
     *
     * @param carried what is kept with the view; see {@link Tables#carried}
     */
    record Asked(CreateViewRequest request, UnaryOperator<byte[]> carried) implements NewView {
        @Override
        public String name() {
            return request.name();
        }
    }
}
