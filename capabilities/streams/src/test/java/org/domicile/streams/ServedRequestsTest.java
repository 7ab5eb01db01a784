package org.domicile.streams;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each kind of request that is served asks for before it is answered. The words are those of
 * {@link Act} and {@link Admission.Shared}, which the Kafka door takes one for one as its
 * operations; how each of these is decided, labelled and put on record is a line of the gate's list
 * (DataPaths of the launcher). So a kind that is served and not asked about, or otherwise than its
 * line says, is found here.
 */
@Timeout(60)
final class ServedRequestsTest {
    /**
     * One line for each way through a kind, in the order in which they are sent:
     *
     * <pre>
     *   KIND | VERSION | ASKS | DATA | FIELDS
     *
     *   VERSION  one in which streams are named; their numbers come to the same
     *   ASKS     what it needs, as in the gate's list: LIST, SEE, PUBLISH and POLL of a stream, GROUP
     *            and TRANSACTION for their use; with a small "sees" before it, whether its name may
     *            be known, which is no use. "nobody" is let do it, whatever may be done with the
     *            stream, of whose name Kafka asks to word its no. "none": there is no path, and why
     *   DATA     reads   records go to the client
     *            writes  records come from it
     *            none    neither; no kind copies
     *   FIELDS   of the request, where they are not what {@link #value} sets
     * </pre>
     */
    private static final String TABLE =
            """
            SASL_HANDSHAKE | 1 | none: a login, whose failures are counted | none | mechanism=PLAIN
            SASL_AUTHENTICATE | 2 | none: a login, whose failures are counted | none |
            API_VERSIONS | 4 | none: what the protocol can do | none | client_software_name=some client_software_version=1
            DESCRIBE_CLUSTER | 1 | none: where the server is | none | endpoint_type=1
            METADATA | 12 | SEE | none |
            METADATA | 12 | LIST | none | topics=-
            DESCRIBE_TOPIC_PARTITIONS | 0 | LIST SEE | none | response_partition_limit=10 cursor=-
            DESCRIBE_CONFIGS | 4 | SEE | none | resource_type=2 configuration_keys=-
            DESCRIBE_PRODUCERS | 0 | SEE | none |
            LIST_OFFSETS | 7 | SEE | none | replica_id=-1
            OFFSET_FOR_LEADER_EPOCH | 4 | SEE | none | replica_id=-1
            FIND_COORDINATOR | 4 | sees GROUP | none | key_type=0
            FIND_COORDINATOR | 4 | sees TRANSACTION | none | key_type=1
            INIT_PRODUCER_ID | 4 | none: a number; who publishes with it is asked then | none | transactional_id=-
            INIT_PRODUCER_ID | 4 | TRANSACTION | none | transaction_timeout_ms=1000 producer_id=-1 producer_epoch=-1
            ADD_PARTITIONS_TO_TXN | 3 | TRANSACTION PUBLISH | none |
            ADD_OFFSETS_TO_TXN | 3 | TRANSACTION GROUP | none |
            TXN_OFFSET_COMMIT | 3 | TRANSACTION GROUP POLL | none |
            PRODUCE | 9 | PUBLISH | writes | acks=1 transactional_id=-
            PRODUCE | 9 | TRANSACTION PUBLISH | writes | acks=1 records=transactional
            END_TXN | 3 | TRANSACTION | none |
            DESCRIBE_TRANSACTIONS | 0 | sees TRANSACTION | none |
            LIST_TRANSACTIONS | 0 | sees TRANSACTION | none | state_filters= producer_id_filters=
            FETCH | 12 | POLL | reads | replica_id=-1 session_epoch=-1 partition_max_bytes=1000 max_bytes=1000
            JOIN_GROUP | 7 | GROUP | none | protocol_type=consumer session_timeout_ms=10000 rebalance_timeout_ms=10000
            SYNC_GROUP | 5 | GROUP | none |
            HEARTBEAT | 4 | GROUP | none |
            LEAVE_GROUP | 4 | GROUP | none |
            CONSUMER_GROUP_HEARTBEAT | 0 | GROUP SEE | none | member_id=AAAAAAAAAAAAAAAAAAAAAQ rebalance_timeout_ms=1000 topic_partitions=
            OFFSET_COMMIT | 8 | GROUP POLL | none | generation_id_or_member_epoch=-1
            OFFSET_FETCH | 8 | sees GROUP SEE | none |
            DESCRIBE_GROUPS | 5 | sees GROUP | none |
            CONSUMER_GROUP_DESCRIBE | 0 | sees GROUP | none |
            LIST_GROUPS | 5 | sees GROUP | none | states_filter= types_filter=
            OFFSET_DELETE | 0 | GROUP POLL | none |
            DELETE_GROUPS | 2 | GROUP | none |
            CREATE_TOPICS | 7 | nobody LIST | none | num_partitions=1 replication_factor=1 assignments= configs=
            CREATE_PARTITIONS | 3 | nobody | none | count=9 assignments=-
            DELETE_RECORDS | 2 | nobody | none |
            ALTER_CONFIGS | 2 | nobody | none | resource_type=2
            INCREMENTAL_ALTER_CONFIGS | 1 | nobody | none | resource_type=2
            CREATE_ACLS | 3 | nobody | none | resource_type=2 resource_pattern_type=3 operation=2 permission_type=3
            DESCRIBE_ACLS | 3 | nobody | none | resource_type_filter=1 pattern_type_filter=1 operation=1 permission_type=1
            DELETE_ACLS | 3 | nobody | none | resource_type_filter=1 pattern_type_filter=1 operation=1 permission_type=1
            DELETE_TOPICS | 6 | nobody SEE | none | timeout_ms=1000
            """;

    private static final Set<Errors> CLOSED =
            EnumSet.of(
                    Errors.TOPIC_AUTHORIZATION_FAILED,
                    Errors.CLUSTER_AUTHORIZATION_FAILED,
                    Errors.SECURITY_DISABLED);

    /** While Kafka makes what it keeps groups and transactions in, with the first of them. */
    private static final Set<Errors> BEGINNING =
            EnumSet.of(
                    Errors.COORDINATOR_NOT_AVAILABLE,
                    Errors.COORDINATOR_LOAD_IN_PROGRESS,
                    Errors.NOT_COORDINATOR);

    private static final SimpleRecord ONE = new SimpleRecord(new byte[] {1});

    @TempDir private static Path folder;

    private record Line(
            ApiKeys kind, short version, String asks, String data, Map<String, String> fields) {
        static Line of(String text) {
            String[] parts = (text + " ").split(" \\| ?", -1);
            Map<String, String> fields = new HashMap<>();
            for (String each : parts[4].strip().split(" ")) {
                int end = each.indexOf('=');
                if (end > 0) {
                    fields.put(each.substring(0, end), each.substring(end + 1));
                }
            }
            return new Line(
                    ApiKeys.valueOf(parts[0]),
                    Short.parseShort(parts[1]),
                    parts[2],
                    parts[3],
                    fields);
        }

        boolean isNobodys() {
            return asks.startsWith("nobody");
        }

        /** What it asks for; nothing where there is no path. */
        Set<String> wanted() {
            Set<String> wanted = new TreeSet<>();
            if (!asks.startsWith("none: ")) {
                wanted.addAll(List.of(asks.replace("sees ", "sees-").split(" ")));
                wanted.remove("nobody");
            }
            return wanted;
        }

        AbstractRequest request() {
            Schema schema = kind.messageType.requestSchemas()[version];
            Struct body = (Struct) requireNonNull(value("", schema));
            ByteBuffer bytes = ByteBuffer.allocate(body.sizeOf());
            body.writeTo(bytes);
            return AbstractRequest.parseRequest(kind, version, new ByteBufferAccessor(bytes.flip()))
                    .request;
        }

        /** Of each list one, of numbers 0, and names that are ours. */
        private @Nullable Object value(String name, Type type) {
            String said = fields.get(name);
            boolean isList = type instanceof ArrayOf || type instanceof CompactArrayOf;
            if (said != null && said.equals("-")) {
                return null;
            }
            if (said != null && isList) {
                return new Object[0];
            }
            if (type instanceof Schema schema) {
                Struct made = new Struct(schema);
                for (BoundField each : schema.fields()) {
                    made.set(each, value(each.def.name, each.def.type));
                }
                return made;
            }
            if (isList) {
                return new Object[] {value(name, type.arrayElementType().orElseThrow())};
            }
            if (type instanceof TaggedFields) {
                return new TreeMap<Integer, Object>();
            }
            return switch (type.toString()) {
                case "BOOLEAN" -> false;
                case "INT8" -> Byte.valueOf(said == null ? "0" : said);
                case "INT16" -> Short.valueOf(said == null ? "0" : said);
                case "INT32" -> Integer.valueOf(said == null ? "0" : said);
                case "INT64" -> Long.valueOf(said == null ? "0" : said);
                case "UUID" -> Uuid.ZERO_UUID;
                case "BYTES", "COMPACT_BYTES" -> ByteBuffer.allocate(0);
                case "RECORDS", "NULLABLE_RECORDS", "COMPACT_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                        said == null
                                ? MemoryRecords.withRecords(Compression.NONE, ONE)
                                : MemoryRecords.withTransactionalRecords(
                                        Compression.NONE, 1, (short) 0, 0, ONE);
                default -> said == null ? text(name) : said;
            };
        }

        private static @Nullable String text(String name) {
            return switch (name) {
                case "group_id", "group_ids", "groups_names", "groups", "coordinator_keys" ->
                        "desk-1";
                case "transactional_id", "transactional_ids", "v3_and_below_transactional_id" ->
                        "desk-t";
                case "name", "topic", "resource_name", "subscribed_topic_names" -> "water.levels";
                case "subscribed_topic_regex", "group_instance_id", "instance_id" -> null;
                default -> "";
            };
        }
    }

    private static List<Line> lines() {
        return TABLE.lines().map(Line::of).toList();
    }

    @Test
    void eachKindThatIsServedHasItsLine() {
        Set<ApiKeys> missing = EnumSet.copyOf(Taps.SERVED);
        Set<ApiKeys> lines = EnumSet.noneOf(ApiKeys.class);
        lines().forEach(each -> lines.add(each.kind()));
        missing.removeAll(lines);
        assertEquals(Set.of(), missing, "these are served: add their lines to TABLE");
        lines.removeAll(Taps.SERVED);
        assertEquals(Set.of(), lines, "lines of what is not served");
        Set<String> words =
                Stream.concat(
                                Arrays.stream(Act.values()).map(Enum::name),
                                Arrays.stream(Admission.Shared.values())
                                        .flatMap(each -> Stream.of(each.name(), "sees-" + each)))
                        .collect(Collectors.toCollection(TreeSet::new));
        Set<String> used = new TreeSet<>();
        for (Line each : lines()) {
            used.addAll(each.wanted());
            switch (each.data()) {
                case "reads" -> assertTrue(each.wanted().contains("POLL"), each::toString);
                case "writes" -> assertTrue(each.wanted().contains("PUBLISH"), each::toString);
                default -> assertEquals("none", each.data(), each::toString);
            }
        }
        assertEquals(words, used);
    }

    @Test
    void eachKindAsksForWhatItsLineSays() throws Exception {
        Rights rights =
                new Rights()
                        .login(
                                "desk",
                                "desk-secret",
                                "SEE water.levels",
                                "PUBLISH water.levels",
                                "POLL water.levels");
        List<String> wrong = new ArrayList<>();
        try (StreamLog log =
                StreamLog.embedded(new LogOptions(folder.resolve("log"), "127.0.0.1", 0), rights)) {
            log.keep(new Topic("water.levels", 1, Duration.ofDays(1), 1L << 30));
            try (RawClient client =
                    new RawClient(log.port().orElseThrow()).plain("desk", "desk-secret")) {
                for (Line each : lines()) {
                    Set<String> asked = asked(rights, client, each, wrong);
                    if (!asked.equals(each.wanted())) {
                        wrong.add(each.kind() + " asks for " + asked + ": " + each.asks());
                    }
                }
            }
            assertEquals(List.of("water.levels"), log.names());
        }
        assertEquals(List.of(), wrong);
    }

    private static Set<String> asked(Rights rights, RawClient client, Line line, List<String> wrong)
            throws IOException {
        rights.ways.clear();
        Map<Errors, Integer> errors = client.ask(line.request()).errorCounts();
        long end = System.nanoTime() + 20_000_000_000L;
        while (errors.keySet().stream().anyMatch(BEGINNING::contains) && System.nanoTime() < end) {
            errors = client.ask(line.request()).errorCounts();
        }
        if (line.isNobodys() && !CLOSED.containsAll(errors.keySet())) {
            wrong.add(line.kind() + " is answered " + errors);
        }
        return new TreeSet<>(rights.ways);
    }
}
