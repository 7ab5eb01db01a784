package org.domicile.tables;

import org.apache.iceberg.rest.requests.PlanTableScanRequest;
import org.apache.iceberg.rest.requests.PlanTableScanRequestParser;

/** What a client wants planned. */
public sealed interface PlanAsked {
    /** Reads a PlanTableScanRequest. */
    static PlanAsked parse(String json) {
        return new Asked(Document.read(json, PlanTableScanRequestParser::fromJson));
    }

    /** As the library reads it. */
    record Asked(PlanTableScanRequest request) implements PlanAsked {}
}
