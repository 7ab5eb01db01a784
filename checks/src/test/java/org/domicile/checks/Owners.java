package org.domicile.checks;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which module may touch which foreign package. What stands in no line may be touched by nobody: a
 * new library comes with its line here and its page in docs/decisions.
 */
final class Owners {
    private Owners() {}

    private static final Set<String> PROGRAMS = Set.of("launcher", "bench", "proof", "verifier");

    private static final Map<String, Set<String>> OWNERS =
            Map.ofEntries(
                    Map.entry("org.rocksdb", Set.of("keyspace")),
                    Map.entry("org.apache.iceberg", Set.of("tables")),
                    Map.entry("org.apache.avro", Set.of("tables", "schemas")),
                    Map.entry("com.google.protobuf", Set.of("schemas")),
                    Map.entry("com.google.re2j", Set.of("schemas")),
                    Map.entry("io.netty", Set.of("http")),
                    Map.entry(
                            "org.apache.kafka",
                            Set.of("streams", "bench", "flink")), // a worker has its own
                    Map.entry("kafka", Set.of("streams")),
                    Map.entry("scala", Set.of("streams")),
                    Map.entry("org.slf4j", Set.of("streams")),
                    Map.entry("picocli", PROGRAMS),
                    Map.entry(
                            "com.fasterxml.jackson",
                            Set.of(
                                    "admin",
                                    "iceberg",
                                    "register",
                                    "registry",
                                    "schemas",
                                    "ingest",
                                    "launcher",
                                    "bench",
                                    "persons",
                                    "proof",
                                    "s3",
                                    "tables",
                                    "sql")),
                    Map.entry("com.nimbusds", Set.of("oidc")),
                    Map.entry("org.duckdb", Set.of("duckdb")),
                    Map.entry("org.apache.datasketches", Set.of("duckdb")),
                    Map.entry("org.apache.flink", Set.of("flink")),
                    Map.entry("com.amazon.randomcutforest", Set.of("flink")),
                    Map.entry("com.cedarpolicy", Set.of("bench")),
                    Map.entry("org.openjdk.jmh", Set.of("bench")),
                    Map.entry("io.trino.tpch", Set.of("bench")));

    /** The JDK and JSpecify's annotations belong to everybody. */
    private static final Set<String> EVERYBODY =
            Set.of(
                    "java",
                    "javax",
                    "jdk",
                    "org.jspecify.annotations",
                    "org.xml.sax",
                    "org.w3c.dom");

    /** Why a module may not touch a foreign package, or nothing where it may. */
    static Optional<String> objection(String module, String foreign) {
        if (foreign.isEmpty() || EVERYBODY.stream().anyMatch(free -> inside(foreign, free))) {
            return Optional.empty();
        }
        for (Map.Entry<String, Set<String>> owner : OWNERS.entrySet()) {
            if (inside(foreign, owner.getKey())) {
                return owner.getValue().contains(module)
                        ? Optional.empty()
                        : Optional.of(owner.getKey() + " belongs to " + owner.getValue());
            }
        }
        return Optional.of(foreign + " has no owner");
    }

    private static boolean inside(String name, String within) {
        return name.equals(within) || name.startsWith(within + ".");
    }
}
