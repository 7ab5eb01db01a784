package org.domicile.tables;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequestParser;

/** What a client asserts of a view, and what it wants changed. */
public sealed interface ViewChange {
    /** Of which. */
    TableName view();

    /** What is kept with the view from then on; see {@link Tables#carried}. */
    UnaryOperator<byte[]> carried();

    /** Reads a CommitViewRequest. @param view as its path names it */
    static ViewChange parse(TableName view, String json) {
        UpdateTableRequest request = Document.read(json, UpdateTableRequestParser::fromJson);
        return new Asked(view, request.requirements(), request.updates(), UnaryOperator.identity());
    }

    /**
     * Another text for a view that is there, in all dialects.
     *
     * @param before what it was when that was decided
     */
    static ViewChange of(
            TableName view,
            Loaded before,
            ViewText.Statement statement,
            NamespaceName namespace,
            List<Field> columns,
            Instant at,
            UnaryOperator<byte[]> carried) {
        return new Text(view, before.uuid(), statement, namespace, columns, at, carried);
    }

    /** As the library reads it. */
    record Asked(
            TableName view,
            List<UpdateRequirement> requirements,
            List<MetadataUpdate> updates,
            UnaryOperator<byte[]> carried)
            implements ViewChange {}

    /**
     * Another text.
     *
     * @param uuid of the view as its metadata say; another one by then is another view
     */
    record Text(
            TableName view,
            String uuid,
            ViewText.Statement statement,
            NamespaceName namespace,
            List<Field> columns,
            Instant at,
            UnaryOperator<byte[]> carried)
            implements ViewChange {}
}
