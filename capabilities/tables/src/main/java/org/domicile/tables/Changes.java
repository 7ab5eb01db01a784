package org.domicile.tables;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.CreateViewRequest;
import org.apache.iceberg.view.ViewMetadata;
import org.apache.iceberg.view.ViewMetadataParser;

/**
 * What metadata become by what is asked: pure functions of both, but for reading a file. A location
 * that a client asks for is left out; what would lead files elsewhere is refused.
 */
final class Changes {
    private Changes() {}

    static TableMetadata first(Warehouse warehouse, String id, NewTable.Asked asked) {
        CreateTableRequest request = asked.request();
        Map<String, String> properties =
                request.properties() == null ? Map.of() : request.properties();
        Locations.check(properties);
        return Document.checked(() -> {
            request.validate();
            PartitionSpec spec = request.spec();
            SortOrder order = request.writeOrder();
            return TableMetadata.newTableMetadata(
                    request.schema(),
                    spec == null ? PartitionSpec.unpartitioned() : spec,
                    order == null ? SortOrder.unsorted() : order,
                    Locations.of(warehouse, id),
                    properties);
        });
    }

    /** The staged id that a first commit names as its place; empty when it names none. */
    static Optional<String> staged(Warehouse warehouse, TableChange.Asked asked) {
        return asked.updates().stream()
                .filter(MetadataUpdate.SetLocation.class::isInstance)
                .map(each -> ((MetadataUpdate.SetLocation) each).location())
                .reduce((_, last) -> last)
                .flatMap(location -> Locations.id(warehouse, location));
    }

    static TableMetadata first(Warehouse warehouse, String id, TableChange.Asked asked) {
        List<UpdateRequirement> others =
                asked.requirements().stream()
                        .filter(each ->
                                !(each instanceof UpdateRequirement.AssertTableDoesNotExist))
                        .toList();
        if (!others.isEmpty()) {
            throw Document.invalid(
                    "Who asserts that a table does not exist asserts nothing else of it");
        }
        Optional<Integer> format =
                asked.updates().stream()
                        .filter(MetadataUpdate.UpgradeFormatVersion.class::isInstance)
                        .map(each -> ((MetadataUpdate.UpgradeFormatVersion) each).formatVersion())
                        .findFirst();
        return Document.checked(() -> {
            TableMetadata.Builder builder =
                    format.map(TableMetadata::buildFromEmpty)
                            .orElseGet(TableMetadata::buildFromEmpty);
            apply(warehouse, id, asked.updates(), builder);
            builder.setLocation(Locations.of(warehouse, id));
            return builder.build();
        });
    }

    static TableMetadata next(Warehouse warehouse, LoadedTable table, TableChange.Asked asked) {
        TableMetadata present = table.metadata();
        return Document.checked(() -> {
            asked.requirements().forEach(each -> each.validate(present));
            for (MetadataUpdate each : asked.updates()) {
                if (each instanceof MetadataUpdate.AssignUUID assign
                        && present.uuid() != null
                        && !assign.uuid().equalsIgnoreCase(present.uuid())) {
                    throw Document.invalid("A table keeps its UUID: " + present.uuid());
                }
            }
            TableMetadata.Builder builder = TableMetadata.buildFrom(present);
            apply(warehouse, table.id(), asked.updates(), builder);
            return builder.build();
        });
    }

    private static void apply(
            Warehouse warehouse,
            String id,
            List<MetadataUpdate> updates,
            TableMetadata.Builder builder) {
        for (MetadataUpdate each : updates) {
            switch (each) {
                case MetadataUpdate.SetLocation _ -> {
                    continue; // a wish
                }
                case MetadataUpdate.SetProperties set ->
                        Locations.check(warehouse, id, set.updated());
                case MetadataUpdate.AddSnapshot add -> check(warehouse, id, add.snapshot());
                case MetadataUpdate.SetStatistics set ->
                        Locations.name(warehouse, id, set.statisticsFile().path());
                case MetadataUpdate.SetPartitionStatistics set ->
                        Locations.name(warehouse, id, set.partitionStatisticsFile().path());
                default -> {}
            }
            each.applyTo(builder);
        }
    }

    private static void check(Warehouse warehouse, String id, Snapshot snapshot) {
        String manifests = snapshot.manifestListLocation();
        if (manifests == null) {
            throw new Refusal(
                    Refusal.Kind.UNSUPPORTED,
                    "A snapshot names its manifest list; lists within metadata are not taken");
        }
        Locations.name(warehouse, id, manifests);
    }

    static ViewMetadata first(Warehouse warehouse, String id, NewView.Asked asked) {
        CreateViewRequest request = asked.request();
        Map<String, String> properties =
                request.properties() == null ? Map.of() : request.properties();
        return Document.checked(() ->
                ViewMetadata.builder()
                        .setProperties(properties)
                        .setLocation(Locations.of(warehouse, id))
                        .setCurrentVersion(request.viewVersion(), request.schema())
                        .build());
    }

    static ViewMetadata next(LoadedView view, ViewChange change) {
        return switch (change) {
            case ViewChange.Asked asked -> next(view, asked);
            case ViewChange.Text text -> next(view, text);
        };
    }

    private static ViewMetadata next(LoadedView view, ViewChange.Text text) {
        if (!view.uuid().equals(text.uuid())) {
            throw new Refusal(
                    Refusal.Kind.COMMIT_FAILED,
                    "Another view has this name by now: " + text.view().text());
        }
        return Document.checked(() ->
                ViewMetadata.buildFrom(view.metadata())
                        .setCurrentVersion(
                                Forms.version(text.statement(), text.namespace(), text.at()),
                                Forms.schema(text.columns()))
                        .build());
    }

    private static ViewMetadata next(LoadedView view, ViewChange.Asked asked) {
        return Document.checked(() -> {
            asked.requirements().forEach(each -> each.validate(view.metadata()));
            ViewMetadata.Builder builder = ViewMetadata.buildFrom(view.metadata());
            asked.updates().stream()
                    .filter(each -> !(each instanceof MetadataUpdate.SetLocation))
                    .forEach(each -> each.applyTo(builder));
            return builder.build();
        });
    }

    // what is registered

    /** What stands in a metadata file. */
    static String read(Warehouse warehouse, String id, String location) {
        String name = Locations.name(warehouse, id, location);
        try (Warehouse.Readable file = warehouse.read(name);
                InputStream plain = file.read(0, file.size());
                InputStream in =
                        name.endsWith(".gz.metadata.json") || name.endsWith(".metadata.json.gz")
                                ? new GZIPInputStream(plain)
                                : plain) {
            byte[] bytes = in.readNBytes((int) Contents.LONGEST + 1);
            if (bytes.length > Contents.LONGEST) {
                throw Contents.tooLarge();
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Refusal(
                    Refusal.Kind.UNREADABLE, "The metadata file cannot be read: " + location);
        }
    }

    static TableMetadata table(String location, String json) {
        return TableMetadataParser.fromJson(location, json);
    }

    static ViewMetadata view(String location, String json) {
        return ViewMetadataParser.fromJson(location, json);
    }

    /**
     * @throws Refusal when it is no metadata, or of something elsewhere
     */
    static void check(Warehouse warehouse, Kind kind, String id, String location, String json) {
        String place;
        try {
            place =
                    Document.checked(() -> {
                        if (kind == Kind.VIEW) {
                            return view(location, json).location();
                        }
                        TableMetadata metadata = table(location, json);
                        Locations.check(warehouse, id, metadata.properties());
                        metadata.snapshots().forEach(each -> check(warehouse, id, each));
                        metadata.statisticsFiles()
                                .forEach(each -> Locations.name(warehouse, id, each.path()));
                        metadata.partitionStatisticsFiles()
                                .forEach(each -> Locations.name(warehouse, id, each.path()));
                        return metadata.location();
                    });
        } catch (UncheckedIOException e) {
            // What the library says of it would show pieces of the file.
            throw new Refusal(
                    Refusal.Kind.UNREADABLE, "The file is no metadata of a table: " + location);
        }
        if (!place.equals(Locations.of(warehouse, id))) {
            throw new Refusal(
                    Refusal.Kind.INVALID, "This file is the metadata of something elsewhere");
        }
    }
}
