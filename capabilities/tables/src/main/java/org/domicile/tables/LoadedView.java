package org.domicile.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.rest.responses.ImmutableLoadViewResponse;
import org.apache.iceberg.rest.responses.LoadViewResponseParser;
import org.apache.iceberg.view.SQLViewRepresentation;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewRepresentation;

/** A view as it is. */
record LoadedView(TableName name, String id, long version, ViewMetadata metadata)
        implements Loaded {
    @Override
    public String uuid() {
        return metadata.uuid();
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
        return LoadViewResponseParser.toJson(
                ImmutableLoadViewResponse.builder()
                        .metadata(metadata)
                        .metadataLocation(metadataLocation())
                        .config(config)
                        .build());
    }

    /** Its current version. */
    ViewText text() {
        List<ViewText.Statement> statements = new ArrayList<>();
        for (ViewRepresentation each : metadata.currentVersion().representations()) {
            if (each instanceof SQLViewRepresentation sql) {
                statements.add(new ViewText.Statement(sql.dialect(), sql.sql()));
            }
        }
        Namespace namespace = metadata.currentVersion().defaultNamespace();
        return new ViewText(
                id,
                statements,
                namespace == null ? List.of() : List.of(namespace.levels()),
                new Shapes().of(metadata.schema()));
    }

    @Override
    public String committed() {
        return answer(Snapshots.ALL, Map.of(), List.of());
    }

    @Override
    public String etag(Snapshots snapshots) {
        return id + "-" + version;
    }
}
