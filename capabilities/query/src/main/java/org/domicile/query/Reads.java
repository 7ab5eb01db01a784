package org.domicile.query;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is read for a name.
 *
 * @param files of a table of the catalog
 * @param needs all that is staged in columns
 */
record Reads(Resolving.Use use, List<TableFile> files, List<Need> needs) {
    /** They are the record's own. */
    Reads {
        files = List.copyOf(files);
        needs = List.copyOf(needs);
    }

    /** A file of a statement, with the columns of it that are staged. */
    record Need(DataFile file, List<String> columns) {}

    /** Of files that are named, or of what the catalog has no files of yet. */
    static Reads of(Resolving.Use use) {
        List<Need> needs =
                use.relation() instanceof Table table
                        ? table.files().stream().map(file -> new Need(file, use.columns())).toList()
                        : List.of();
        return new Reads(use, List.of(), needs);
    }

    /** Of a table of the catalog. */
    static Reads of(Resolving.Use use, CatalogTable table, List<TableFile> files)
            throws TableSql.Unreadable {
        List<String> read = read(use);
        List<Field> wanted =
                table.columns().stream().filter(each -> read.contains(each.name())).toList();
        Map<String, Need> needs = new LinkedHashMap<>();
        for (TableFile each : files) {
            need(needs, each.file(), TableSql.needed(wanted, each));
            for (TableFile.Deletes deletes : each.deletes()) {
                switch (deletes) {
                    case TableFile.Deletes.Positions(DataFile file) ->
                            need(needs, file, TableSql.needed(deletes));
                    case TableFile.Deletes.Equal(DataFile file, List<Integer> _) ->
                            need(needs, file, TableSql.needed(deletes));
                    case TableFile.Deletes.Vector _ -> {}
                }
            }
        }
        return new Reads(use, files, List.copyOf(needs.values()));
    }

    /** A file may be asked for by several others. */
    private static void need(Map<String, Need> needs, DataFile file, List<String> columns) {
        needs.merge(
                file.id(),
                new Need(file, columns),
                (one, other) ->
                        new Need(
                                file,
                                Stream.concat(one.columns().stream(), other.columns().stream())
                                        .distinct()
                                        .toList()));
    }

    static Optional<CatalogTable> ofCatalog(Relation relation) {
        return switch (relation) {
            case CatalogTable table -> Optional.of(table);
            case RuledTable ruled -> Optional.of(ruled.table());
            case Table _, CatalogView _ -> Optional.empty();
        };
    }

    /** Columns that are read: where rules hold, those of the condition, too. */
    private static List<String> read(Resolving.Use use) {
        return use.relation() instanceof RuledTable ruled
                ? Stream.concat(use.columns().stream(), ruled.asked().stream()).distinct().toList()
                : use.columns();
    }

    /** Whether another session reads it for this one. */
    boolean ruled() {
        return use.relation() instanceof RuledTable;
    }

    long rows() {
        return use.relation() instanceof Table table
                ? table.files().stream().mapToLong(file -> file.footer().rows()).sum()
                : files.stream().mapToLong(file -> file.file().footer().rows()).sum();
    }

    long bytes() {
        return needs.stream().mapToLong(need -> need.file().footer().bytes(need.columns())).sum()
                + vectors().stream().mapToLong(TableFile.Deletes.Vector::bytes).sum();
    }

    List<TableFile.Deletes.Vector> vectors() {
        return files.stream()
                .flatMap(file -> file.deletes().stream())
                .filter(TableFile.Deletes.Vector.class::isInstance)
                .map(TableFile.Deletes.Vector.class::cast)
                .distinct()
                .toList();
    }

    private String place() {
        return switch (use.relation()) {
            case Table table -> table.files().getFirst().place();
            case CatalogTable table -> table.name();
            case RuledTable ruled -> ruled.table().name();
            case CatalogView view -> view.name();
        };
    }

    /** Those that the statement may need, and those by which deleted rows are told. */
    private List<String> columns() {
        Optional<CatalogTable> table = ofCatalog(use.relation());
        if (table.isEmpty()) {
            return use.columns();
        }
        List<String> read = read(use);
        Set<Integer> ids = new HashSet<>();
        for (TableFile file : files) {
            for (TableFile.Deletes each : file.deletes()) {
                if (each instanceof TableFile.Deletes.Equal equal) {
                    ids.addAll(equal.ids());
                }
            }
        }
        List<String> names = new ArrayList<>();
        for (Field each : table.get().columns()) {
            if (ids.remove(each.id()) || read.contains(each.name())) {
                names.add(each.name());
            }
        }
        ids.stream().sorted().forEach(id -> names.add("dropped column " + id));
        return names;
    }

    Plan.Scan scan() {
        return new Plan.Scan(
                use.reference().name(),
                place(),
                needs.stream().map(Need::file).toList(),
                columns(),
                rows(),
                bytes(),
                use.relation() instanceof RuledTable ruled ? ruled.told() : "");
    }
}
