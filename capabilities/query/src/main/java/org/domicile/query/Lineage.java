package org.domicile.query;

import java.util.ArrayList;
import java.util.List;

/**
 * Two columns that rows of a table of format 3 have beside its own: the number that a row keeps for
 * as long as it is there, and the sequence number of the commit that wrote it last. A file may have
 * them; where it has not, or has null, they follow of the file ({@link TableFile#firstRow}, {@link
 * TableFile#written}) and the row's place in it. Who writes rows anew hands them on. Source: Apache
 * Iceberg's table specification, Row Lineage and Reserved Field IDs.
 */
public final class Lineage {
    /** The column with the number of the row. */
    public static final String ROW = "_row_id";

    /** The column with the sequence number. */
    public static final String WRITTEN = "_last_updated_sequence_number";

    static final int ROW_ID = 2_147_483_540;
    static final int WRITTEN_ID = 2_147_483_539;

    private Lineage() {}

    /** A table that shows both, behind its own columns. */
    public static CatalogTable of(CatalogTable table) {
        List<Field> columns = new ArrayList<>(table.columns());
        columns.add(field(ROW_ID, ROW));
        columns.add(field(WRITTEN_ID, WRITTEN));
        return new CatalogTable(table.id(), table.name(), columns);
    }

    /** Files without ids have neither, whatever their names. */
    private static Field field(int id, String name) {
        return new Field(
                id,
                name,
                List.of(),
                new Field.Form.Plain(Type.Simple.BIGINT, "BIGINT"),
                new Field.Initial.None());
    }

    /** Columns of a file with both behind the table's own. */
    public static List<Target.Slot> slots(List<Target.Slot> own) {
        List<Target.Slot> slots = new ArrayList<>(own);
        slots.add(new Target.Slot(ROW, "BIGINT", Integer.toString(ROW_ID), own.size() + 1));
        slots.add(new Target.Slot(WRITTEN, "BIGINT", Integer.toString(WRITTEN_ID), own.size() + 2));
        return List.copyOf(slots);
    }

    static boolean has(Field field) {
        return field.id() == ROW_ID || field.id() == WRITTEN_ID;
    }
}
