package org.domicile.rck;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;

/**
 * What of the kit cannot hold here, and why: it is not begun, because a test that is skipped would
 * fail the build. JUnit finds this by its name in {@code META-INF/services}; {@link LeftOutTest}
 * holds the list against the kit.
 */
public final class LeftOut implements PostDiscoveryFilter {
    private static final String NESTED = "the kit asks no REST catalog for namespaces in others";
    private static final String EMPTY = "the kit asks no REST catalog for the empty namespace";
    private static final String SLASH = "the kit asks no REST catalog for slashes in names";
    private static final String PLACE =
            "its client writes to file:/tmp: locations are the server's to choose";

    private static final Map<String, String> REASONS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("testListNestedNamespaces", NESTED),
                            Map.entry("testDropNamespaceWithNestedNamespace", NESTED),
                            Map.entry("createAndDropEmptyNamespace", EMPTY),
                            Map.entry("listTablesInEmptyNamespace", EMPTY),
                            Map.entry("listViewsInEmptyNamespace", EMPTY),
                            Map.entry("listNamespacesWithEmptyNamespace", EMPTY),
                            Map.entry("namespacePropertiesOnEmptyNamespace", EMPTY),
                            Map.entry("testNamespaceWithSlash", SLASH),
                            Map.entry("testTableNameWithSlash", SLASH),
                            Map.entry(
                                    "createTableInUniqueLocation",
                                    "the kit has disabled it: its own server cannot be set so"),
                            Map.entry(
                                    "testLoadTableWithMissingMetadataFile",
                                    "it moves the metadata file away on the server's own disk"),
                            Map.entry("testCompleteReplaceTransaction", PLACE),
                            Map.entry("testCompleteCreateOrReplaceTransactionReplace", PLACE),
                            Map.entry("createViewWithCustomMetadataLocation", PLACE)));

    /** Names of the kit's methods, with the reasons. */
    static Map<String, String> reasons() {
        return REASONS;
    }

    @Override
    public FilterResult apply(TestDescriptor test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .filter(source -> source.getClassName().startsWith("org.apache.iceberg."))
                .flatMap(source -> Optional.ofNullable(REASONS.get(source.getMethodName())))
                .map(FilterResult::excluded)
                .orElseGet(() -> FilterResult.included("nothing against it"));
    }
}
