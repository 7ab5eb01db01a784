package org.domicile.tables;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.rest.credentials.ImmutableCredential;
import org.apache.iceberg.rest.responses.LoadTableResponse;
import org.apache.iceberg.rest.responses.LoadTableResponseParser;

/**
 * A table as it is.
 *
 * @param name what it is called
 * @param version of its record; 0 of one that is staged
 * @param json the text of its metadata, as it is stored; empty where it has to be made
 */
record LoadedTable(TableName name, String id, long version, TableMetadata metadata, String json)
        implements Loaded {
    LoadedTable(TableName name, String id, long version, TableMetadata metadata) {
        this(name, id, version, metadata, "");
    }

    @Override
    public String uuid() {
        return String.valueOf(metadata.uuid());
    }

    @Override
    public String metadataLocation() {
        String location = metadata.metadataFileLocation();
        return location == null ? "" : location;
    }

    @Override
    public Map<String, String> properties() {
        return metadata.properties();
    }

    @Override
    public String answer(Snapshots snapshots, Map<String, String> config, List<Vended> vended) {
        if (snapshots == Snapshots.ALL && !json.isEmpty()) {
            return Document.loaded(metadataLocation(), json, config, vended);
        }
        LoadTableResponse.Builder response =
                LoadTableResponse.builder()
                        .withTableMetadata(shown(snapshots))
                        .addAllConfig(config);
        for (Vended each : vended) {
            response.addCredential(
                    ImmutableCredential.builder()
                            .prefix(each.prefix())
                            .putAllConfig(each.config())
                            .build());
        }
        return LoadTableResponseParser.toJson(response.build());
    }

    private TableMetadata shown(Snapshots snapshots) {
        if (snapshots == Snapshots.ALL || metadataLocation().isEmpty()) {
            return metadata;
        }
        return TableMetadata.buildFrom(metadata)
                .withMetadataLocation(metadata.metadataFileLocation())
                .suppressHistoricalSnapshots()
                .build();
    }

    @Override
    public String committed() {
        return answer(Snapshots.ALL, Map.of(), List.of());
    }

    @Override
    public String etag(Snapshots snapshots) {
        return id + "-" + version + (snapshots == Snapshots.ALL ? "" : "-refs");
    }

    /** Its metadata as it is stored. */
    static String json(TableMetadata metadata) {
        return TableMetadataParser.toJson(metadata);
    }
}
