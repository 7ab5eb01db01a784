package org.domicile.launcher;

import java.time.ZoneId;
import java.util.function.Function;

/** Cells that several tables show. Times are in the zone of the machine where the command runs. */
final class Columns {
    private Columns() {}

    static Function<Json.Row, String> minute(String field) {
        return row -> Times.minute(row.text(field), ZoneId.systemDefault());
    }

    static Function<Json.Row, String> list(String field) {
        return row -> String.join(", ", row.texts(field));
    }

    /** Valid, ended or withdrawn. */
    static String state(Json.Row row, String now) {
        if (row.text("withdrawn").equals("true")) {
            return "withdrawn";
        }
        String expires = row.text("expires");
        // ISO 8601 in UTC with whole seconds or more digits sorts well enough up to the second
        return !expires.equals("never") && expires.compareTo(now) <= 0 ? "expired" : "valid";
    }
}
