package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tables and views of a made-up catalog, whose files are those of a folder; what is asked is
 * written down.
 */
final class LakeSources implements Sources {
    final FolderSources folder;
    final Map<String, Relation> relations = new HashMap<>();
    final Map<String, List<TableFile>> files = new HashMap<>();
    final Map<String, long[]> vectors = new HashMap<>();
    final List<String> resolved = new ArrayList<>();
    final List<Wanted> wanted = new ArrayList<>();

    LakeSources(FolderSources folder) {
        this.folder = folder;
    }

    @Override
    public Answer<Relation> resolve(TableName name, At at, List<String> namespace) {
        String asked =
                name
                        + (at instanceof At.Now ? "" : "@" + at)
                        + (namespace.isEmpty() ? "" : " in " + String.join(".", namespace));
        resolved.add(asked);
        Relation found = relations.get(asked);
        return found == null
                ? Answer.failed(Failure.NO_TABLE, "There is no table " + asked + ".")
                : Answer.of(found);
    }

    @Override
    public Answer<List<TableFile>> files(CatalogTable table, Wanted asked) {
        wanted.add(asked);
        return Answer.of(files.getOrDefault(table.id(), List.of()));
    }

    @Override
    public List<String> told(Plan plan) {
        return List.of("read: " + plan.scans().size());
    }

    @Override
    public Answer<Reading> open(Plan plan) {
        return folder.open(plan)
                .then(reading ->
                        Answer.of(
                                new Reading() {
                                    @Override
                                    public InputStream read(DataFile file, long offset, long length)
                                            throws IOException {
                                        return reading.read(file, offset, length);
                                    }

                                    @Override
                                    public long[] rows(TableFile.Deletes.Vector vector) {
                                        return vectors.getOrDefault(vector.id(), new long[0]);
                                    }

                                    @Override
                                    public void close() {
                                        reading.close();
                                    }
                                }));
    }
}
