package org.domicile.tables;

import java.util.List;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequestParser;

/** What a client asserts of a view, and what it wants changed. */
public sealed interface ViewChange {
    /** Of which. */
    TableName view();

    /** Reads a CommitViewRequest. @param view as its path names it */
    static ViewChange parse(TableName view, String json) {
        UpdateTableRequest request = Document.read(json, UpdateTableRequestParser::fromJson);
        return new Asked(view, request.requirements(), request.updates());
    }

    /** As the library reads it. */
    record Asked(TableName view, List<UpdateRequirement> requirements, List<MetadataUpdate> updates)
            implements ViewChange {}
}
