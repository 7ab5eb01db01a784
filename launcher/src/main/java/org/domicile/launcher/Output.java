package org.domicile.launcher;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command writes.
 *
 * @param out standard output @param err standard error @param json whether programs read it
 */
record Output(PrintWriter out, PrintWriter err, boolean json) {
    static Output of(CommandSpec spec, CommonOptions common) {
        return new Output(spec.commandLine().getOut(), spec.commandLine().getErr(), common.json);
    }

    /** A list: a table, or one object a line. */
    void list(List<Json.Row> rows, Table table, String whenEmpty) {
        if (json) {
            rows.forEach(row -> out.println(row.line()));
        } else if (rows.isEmpty()) {
            out.println(whenEmpty);
        } else {
            table.print(out, rows);
        }
        out.flush();
    }

    /** One result: an object, or a sentence. */
    void result(Json.Row row, String sentence) {
        out.println(json ? row.line() : sentence);
        out.flush();
    }
}
