package org.domicile.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.domicile.request.Append;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Pending;
import org.domicile.request.Request;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Tables} promises, of any engine. */
abstract class TablesContract {
    private static final String SCHEMA =
            "{\"type\":\"struct\",\"schema-id\":0,\"fields\":["
                    + "{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]}";
    private static final NamespaceName TRAVEL = NamespaceName.of("travel");
    private static final TableName FLIGHTS = new TableName(TRAVEL, "flights");

    final MemoryWarehouse warehouse = new MemoryWarehouse("city");
    private Tables tables;

    abstract Tables open();

    @BeforeEach
    void begin() {
        tables = open();
        tables.create(request(), warehouse, new NewNamespace(TRAVEL, Map.of("k", "v")), Once.NOT);
    }

    static Request request() {
        return new Request(
                "r",
                new Caller.Program("system:test", "p"),
                "test",
                "home",
                "",
                Instant.EPOCH,
                Instant.MAX,
                Optional.empty());
    }

    /** Carried by exactly one commit, with an outcome. */
    private static final class Record implements Pending {
        private final List<Outcome> outcomes = new ArrayList<>();
        private int committed;

        @Override
        public List<Append> take(Outcome outcome) {
            outcomes.add(outcome);
            return List.of(new Append("log", new byte[] {1}, new byte[0]));
        }

        @Override
        public void committed(List<Long> indices) {
            committed++;
        }

        Outcome outcome() {
            assertEquals(1, committed, "commits that carried the record");
            return outcomes.getLast();
        }
    }

    private static NewTable wanted(String name, String more) {
        return NewTable.parse("{\"name\":\"" + name + "\",\"schema\":" + SCHEMA + more + "}");
    }

    private Loaded made(String name) {
        return tables.create(
                request(), warehouse, new TableName(TRAVEL, name), wanted(name, ""), Once.NOT);
    }

    private static TableChange set(TableName table, String key, String value) {
        return TableChange.parse(
                table,
                "{\"requirements\":[],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\""
                        + key
                        + "\":\""
                        + value
                        + "\"}}]}");
    }

    private static TableChange asserting(TableName table, String uuid) {
        return TableChange.parse(
                table,
                "{\"requirements\":[{\"type\":\"assert-table-uuid\",\"uuid\":\""
                        + uuid
                        + "\"}],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"a\":\"b\"}}]}");
    }

    private static Refusal.Kind refused(Runnable call) {
        return assertThrows(Refusal.class, call::run).kind();
    }

    private List<Loaded> commit(TableChange... changes) {
        return tables.commit(request(), warehouse, List.of(changes), Once.NOT);
    }

    // ---- what is answered ----

    /** Out of memory after a commit, and parsed from its file after it was registered again. */
    @Test
    void aTableReadsTheSameFromItsFile() {
        made("flights");
        commit(set(FLIGHTS, "a", "1"));
        commit(set(FLIGHTS, "b", "ü 2"));
        Loaded committed = commit(set(FLIGHTS, "c", "3")).getFirst();
        Loaded loaded = tables.load(warehouse, Kind.TABLE, FLIGHTS);
        tables.drop(request(), warehouse, Kind.TABLE, FLIGHTS, Tables.Files.STAY, Once.NOT);
        Registration asked =
                Registration.parse(
                        "{\"name\":\"flights\",\"metadata-location\":\""
                                + committed.metadataLocation()
                                + "\"}");
        tables.register(
                request(),
                warehouse,
                FLIGHTS,
                tables.registrable(warehouse, Kind.TABLE, asked),
                Once.NOT);
        Loaded again = tables.load(warehouse, Kind.TABLE, FLIGHTS);
        for (Loaded each : List.of(loaded, again)) {
            assertEquals(committed.committed(), each.committed());
            for (Loaded.Snapshots snapshots : Loaded.Snapshots.values()) {
                assertEquals(
                        committed.answer(snapshots, Map.of("k", "v"), List.of()),
                        each.answer(snapshots, Map.of("k", "v"), List.of()));
            }
        }
        assertEquals(3, committed.committed().split("\"metadata-file\"", -1).length - 1);
        Loaded next = commit(set(FLIGHTS, "d", "4")).getFirst();
        assertEquals(4, next.committed().split("\"metadata-file\"", -1).length - 1);
    }

    // ---- namespaces ----

    @Test
    void aNamespaceLiesInOneThatIsThere() {
        NewNamespace inner = new NewNamespace(NamespaceName.of("travel", "air"), Map.of());
        tables.create(request(), warehouse, inner, Once.NOT);
        assertEquals(
                Refusal.Kind.NO_SUCH_NAMESPACE,
                refused(() ->
                        tables.create(
                                request(),
                                warehouse,
                                new NewNamespace(NamespaceName.of("none", "x"), Map.of()),
                                Once.NOT)));
        assertEquals(
                List.of(inner.name()),
                tables.namespaces(warehouse, TRAVEL, Page.Asked.FIRST).items());
        assertEquals(
                List.of(TRAVEL),
                tables.namespaces(warehouse, NamespaceName.ROOT, Page.Asked.FIRST).items());
        assertEquals(
                Refusal.Kind.ALREADY_EXISTS,
                refused(() -> tables.create(request(), warehouse, inner, Once.NOT)));
    }

    @Test
    void aNamespaceGoesOnlyWhenNothingIsInIt() {
        made("flights");
        assertEquals(
                Refusal.Kind.NOT_EMPTY,
                refused(() -> tables.drop(request(), warehouse, TRAVEL, Once.NOT)));
        tables.drop(request(), warehouse, Kind.TABLE, FLIGHTS, Tables.Files.STAY, Once.NOT);
        NamespaceName inner = NamespaceName.of("travel", "air");
        tables.create(request(), warehouse, new NewNamespace(inner, Map.of()), Once.NOT);
        assertEquals(
                Refusal.Kind.NOT_EMPTY,
                refused(() -> tables.drop(request(), warehouse, TRAVEL, Once.NOT)));
        tables.drop(request(), warehouse, inner, Once.NOT);
        tables.drop(request(), warehouse, TRAVEL, Once.NOT);
        assertEquals(
                Refusal.Kind.NO_SUCH_NAMESPACE, refused(() -> tables.namespace(warehouse, TRAVEL)));
    }

    @Test
    void propertiesAreSetAndTakenAway() {
        PropertiesChange.Changed changed =
                tables.change(
                        request(),
                        warehouse,
                        TRAVEL,
                        new PropertiesChange(Set.of("k", "none"), Map.of("l", "w")),
                        Once.NOT);
        assertEquals(
                new PropertiesChange.Changed(List.of("l"), List.of("k"), List.of("none")), changed);
        assertEquals(Map.of("l", "w"), tables.namespace(warehouse, TRAVEL));
        assertEquals(
                Refusal.Kind.UNPROCESSABLE,
                refused(() -> new PropertiesChange(Set.of("a"), Map.of("a", "b"))));
    }

    @Test
    void namesAreWhateverTheyAre() {
        for (String name : List.of("a b", "ü\"'\\", "x.y", "*", "../..", "s3://", "𝛑")) {
            NamespaceName odd = NamespaceName.of(name);
            tables.create(request(), warehouse, new NewNamespace(odd, Map.of()), Once.NOT);
            TableName table = new TableName(odd, name);
            Loaded made = tables.create(request(), warehouse, table, wanted("t", ""), Once.NOT);
            assertEquals(
                    List.of(table),
                    tables.list(warehouse, odd, Kind.TABLE, Page.Asked.FIRST).items());
            assertTrue(Locations.isId(made.id()));
            assertTrue(
                    made.metadataLocation()
                            .startsWith("s3://tables-city/" + made.id() + "/metadata/00000-"));
        }
        assertEquals(Refusal.Kind.INVALID, refused(() -> NamespaceName.of("a\u001fb")));
        assertEquals(Refusal.Kind.INVALID, refused(() -> NamespaceName.of("")));
        assertEquals(Refusal.Kind.INVALID, refused(() -> NamespaceName.of("x".repeat(256))));
    }

    @Test
    void listsComeInPages() {
        for (int i = 0; i < 25; i++) {
            made("t" + i);
        }
        List<TableName> all = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            Page<TableName> page =
                    tables.list(warehouse, TRAVEL, Kind.TABLE, new Page.Asked(next, 7));
            all.addAll(page.items());
            next = page.next();
            pages++;
        } while (!next.isEmpty());
        assertEquals(4, pages);
        assertEquals(25, new TreeSet<>(all.stream().map(TableName::name).toList()).size());
        assertEquals(
                Refusal.Kind.INVALID,
                refused(() -> tables.list(warehouse, TRAVEL, Kind.TABLE, new Page.Asked("!", 7))));
    }

    /**
     * Iceberg's REST specification, AssignUUIDUpdate: "It is not allowed to re-assign the UUID".
     */
    @Test
    void aTableKeepsItsUuid() {
        Loaded made = tables.create(request(), warehouse, FLIGHTS, wanted("flights", ""), Once.NOT);
        String other = "00000000-0000-0000-0000-0000000000aa";
        assertEquals(Refusal.Kind.INVALID, refused(() -> commit(assigned(other))), "another one");
        assertEquals(made.uuid(), commit(assigned(made.uuid())).getFirst().uuid());
    }

    private static TableChange assigned(String uuid) {
        return TableChange.parse(
                FLIGHTS,
                "{\"requirements\":[],\"updates\":[{\"action\":\"assign-uuid\",\"uuid\":\""
                        + uuid
                        + "\"}]}");
    }

    // ---- places ----

    @Test
    void aClientsLocationIsAWish() {
        Loaded made =
                tables.create(
                        request(),
                        warehouse,
                        FLIGHTS,
                        wanted("flights", ",\"location\":\"s3://elsewhere/x\""),
                        Once.NOT);
        String own = "\"location\":\"s3://tables-city/" + made.id() + "\"";
        assertTrue(made.committed().contains(own), made.committed());
        Loaded moved =
                commit(
                                TableChange.parse(
                                        FLIGHTS,
                                        "{\"requirements\":[],\"updates\":[{\"action\":\"set-location\",\"location\":"
                                            + "\"s3://elsewhere/x\"},{\"action\":\"set-properties\",\"updates\":{\"a\":\"b\"}}]}"))
                        .getFirst();
        assertTrue(moved.committed().contains(own), moved.committed());
    }

    @Test
    void nothingLeadsFilesElsewhere() {
        for (String path :
                List.of(
                        "write.data.path",
                        "write.metadata.path",
                        "write.object-storage.path",
                        "write.folder-storage.path")) {
            assertEquals(
                    Refusal.Kind.INVALID,
                    refused(() ->
                            tables.create(
                                    request(),
                                    warehouse,
                                    FLIGHTS,
                                    wanted(
                                            "flights",
                                            ",\"properties\":{\"" + path + "\":\"s3://x/y\"}"),
                                    Once.NOT)));
        }
        Loaded made = made("flights");
        String own = "s3://tables-city/" + made.id();
        for (String path : List.of("write.data.path", "write.metadata.path")) {
            assertEquals(
                    Refusal.Kind.INVALID,
                    refused(() -> commit(set(FLIGHTS, path, own + "x/data"))));
        }
        commit(set(FLIGHTS, "write.data.path", own + "/data"));
        assertEquals(
                Refusal.Kind.INVALID,
                refused(() ->
                        commit(
                                snapshot(
                                        FLIGHTS,
                                        "s3://tables-city/" + "0".repeat(20) + "/m.avro"))));
        commit(snapshot(FLIGHTS, own + "/metadata/m.avro"));
    }

    private static TableChange snapshot(TableName table, String manifests) {
        return TableChange.parse(
                table,
                "{\"requirements\":[],\"updates\":[{\"action\":\"add-snapshot\",\"snapshot\":{"
                        + "\"snapshot-id\":1,\"sequence-number\":1,\"timestamp-ms\":"
                        + Instant.now().toEpochMilli()
                        + ",\"summary\":{\"operation\":\"append\"},\"schema-id\":0,\"manifest-list\":\""
                        + manifests
                        + "\"}},{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\","
                        + "\"snapshot-id\":1}]}");
    }

    /** A staged id is for its own first commit; nobody's files are taken by naming their place. */
    @Test
    void whatIsStagedIsMadeWhereItWasStaged() {
        Loaded staged =
                tables.stage(
                        request(), warehouse, FLIGHTS, wanted("flights", ",\"stage-create\":true"));
        assertEquals("", staged.metadataLocation());
        assertEquals(
                Refusal.Kind.NO_SUCH_TABLE,
                refused(() -> tables.load(warehouse, Kind.TABLE, FLIGHTS)));
        Loaded made = commit(first(FLIGHTS, staged.id())).getFirst();
        assertEquals(staged.id(), made.id());
        TableName thief = new TableName(TRAVEL, "thief");
        assertNotEquals(made.id(), commit(first(thief, made.id())).getFirst().id());
        assertEquals(
                Refusal.Kind.COMMIT_FAILED, refused(() -> commit(first(FLIGHTS, staged.id()))));
    }

    private static TableChange first(TableName table, String id) {
        return TableChange.parse(
                table,
                "{\"requirements\":[{\"type\":\"assert-create\"}],\"updates\":["
                    + "{\"action\":\"assign-uuid\",\"uuid\":\"00000000-0000-0000-0000-000000000001\"},"
                    + "{\"action\":\"upgrade-format-version\",\"format-version\":2},"
                    + "{\"action\":\"add-schema\",\"schema\":"
                        + SCHEMA
                        + ",\"last-column-id\":1},{\"action\":\"set-current-schema\",\"schema-id\":-1},"
                        + "{\"action\":\"add-spec\",\"spec\":{\"spec-id\":0,\"fields\":[]}},"
                        + "{\"action\":\"set-default-spec\",\"spec-id\":-1},"
                        + "{\"action\":\"add-sort-order\",\"sort-order\":{\"order-id\":0,\"fields\":[]}},"
                        + "{\"action\":\"set-default-sort-order\",\"sort-order-id\":-1},"
                        + "{\"action\":\"set-location\",\"location\":\"s3://tables-city/"
                        + id
                        + "\"}]}");
    }

    // ---- commits ----

    @Test
    void whatIsAssertedDecides() {
        Loaded made = made("flights");
        assertEquals("b", commit(asserting(FLIGHTS, made.uuid())).getFirst().properties().get("a"));
        int files = warehouse.files.size();
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() -> commit(asserting(FLIGHTS, "00000000-0000-0000-0000-000000000009"))));
        assertEquals(files, warehouse.files.size(), "a refused commit left a file");
    }

    @Test
    void aCommitOfManyIsAllOrNone() {
        Loaded one = made("one");
        made("two");
        TableName first = new TableName(TRAVEL, "one");
        TableName second = new TableName(TRAVEL, "two");
        int files = warehouse.files.size();
        assertEquals(
                Refusal.Kind.COMMIT_FAILED,
                refused(() ->
                        commit(
                                set(first, "k", "v"),
                                asserting(second, "00000000-0000-0000-0000-000000000009"))));
        assertEquals(one.etag(Loaded.Snapshots.ALL), load(first).etag(Loaded.Snapshots.ALL));
        assertEquals(files, warehouse.files.size(), "a refused commit left a file");
        commit(set(first, "k", "v"), set(second, "k", "w"));
        assertEquals("v", load(first).properties().get("k"));
        assertEquals("w", load(second).properties().get("k"));
    }

    private Loaded load(TableName name) {
        return tables.load(warehouse, Kind.TABLE, name);
    }

    @Test
    void manyAtOnceLoseNothing() throws Exception {
        made("flights");
        int writers = 32;
        int each = 5;
        try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> waiting = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int own = writer;
                waiting.add(
                        all.submit(() -> {
                            for (int i = 0; i < each; i++) {
                                commit(set(FLIGHTS, "w" + own + "-" + i, "done"));
                            }
                        }));
            }
            for (Future<?> one : waiting) {
                one.get();
            }
        }
        Map<String, String> properties = load(FLIGHTS).properties();
        assertEquals(writers * each, properties.values().stream().filter("done"::equals).count());
    }

    @Test
    void theRecordGoesWithTheChangeWhateverComesOfIt() {
        Record done = new Record();
        tables.create(
                request().carrying(done), warehouse, FLIGHTS, wanted("flights", ""), Once.NOT);
        assertEquals(Outcome.DONE, done.outcome());
        Record taken = new Record();
        assertEquals(
                Refusal.Kind.ALREADY_EXISTS,
                refused(() ->
                        tables.create(
                                request().carrying(taken),
                                warehouse,
                                FLIGHTS,
                                wanted("flights", ""),
                                Once.NOT)));
        assertEquals(Outcome.CONFLICT, taken.outcome());
        Record absent = new Record();
        assertEquals(
                Refusal.Kind.NO_SUCH_TABLE,
                refused(() ->
                        tables.drop(
                                request().carrying(absent),
                                warehouse,
                                Kind.TABLE,
                                new TableName(TRAVEL, "none"),
                                Tables.Files.STAY,
                                Once.NOT)));
        assertEquals(Outcome.ABSENT, absent.outcome());
    }

    // ---- names that come and go ----

    @Test
    void aTableKeepsItsFilesWhenItIsRenamed() {
        Loaded made = made("flights");
        NamespaceName archive = NamespaceName.of("archive");
        tables.create(request(), warehouse, new NewNamespace(archive, Map.of()), Once.NOT);
        TableName kept = new TableName(archive, "kept");
        tables.rename(request(), warehouse, Kind.TABLE, new Renaming(FLIGHTS, kept), Once.NOT);
        assertEquals(made.metadataLocation(), load(kept).metadataLocation());
        assertEquals(Refusal.Kind.NO_SUCH_TABLE, refused(() -> load(FLIGHTS)));
        made("flights");
        assertEquals(
                Refusal.Kind.ALREADY_EXISTS,
                refused(() ->
                        tables.rename(
                                request(),
                                warehouse,
                                Kind.TABLE,
                                new Renaming(FLIGHTS, kept),
                                Once.NOT)));
    }

    @Test
    void whatWasDroppedCanBeRegistered() {
        Loaded made = made("flights");
        Registration again =
                new Registration("flights", made.metadataLocation(), Registration.Present.STAYS);
        Registrable living = tables.registrable(warehouse, Kind.TABLE, again);
        TableName other = new TableName(TRAVEL, "other");
        assertEquals(
                Refusal.Kind.ALREADY_EXISTS,
                refused(() -> tables.register(request(), warehouse, other, living, Once.NOT)));
        tables.drop(request(), warehouse, Kind.TABLE, FLIGHTS, Tables.Files.STAY, Once.NOT);
        Registrable what = tables.registrable(warehouse, Kind.TABLE, again);
        Loaded back = tables.register(request(), warehouse, FLIGHTS, what, Once.NOT);
        assertEquals(made.id(), back.id());
        assertEquals(made.uuid(), load(FLIGHTS).uuid());
        assertEquals(
                Refusal.Kind.INVALID,
                refused(() ->
                        tables.registrable(
                                warehouse,
                                Kind.TABLE,
                                new Registration(
                                        "x",
                                        "s3://elsewhere/" + made.id() + "/metadata/x.metadata.json",
                                        Registration.Present.STAYS))));
    }

    /** A file that says that it is of another table gives nobody that table's files. */
    @Test
    void aForgedMetadataFileIsRefused() {
        Loaded victim = made("victim");
        Loaded own = made("flights");
        TableName name = new TableName(TRAVEL, "flights");
        tables.drop(request(), warehouse, Kind.TABLE, name, Tables.Files.STAY, Once.NOT);
        String json =
                new String(
                        warehouse.files.get(
                                own.metadataLocation().substring("s3://tables-city/".length())),
                        StandardCharsets.UTF_8);
        String forged = own.id() + "/metadata/00009-forged.metadata.json";
        warehouse.write(
                forged, json.replace(own.id(), victim.id()).getBytes(StandardCharsets.UTF_8));
        assertEquals(
                Refusal.Kind.INVALID,
                refused(() ->
                        tables.registrable(
                                warehouse,
                                Kind.TABLE,
                                new Registration(
                                        "flights",
                                        "s3://tables-city/" + forged,
                                        Registration.Present.STAYS))));
    }

    @Test
    void viewsAndTablesShareNames() {
        NewView view =
                NewView.parse(
                        "{\"name\":\"flights\",\"schema\":"
                                + SCHEMA
                                + ",\"view-version\":{\"version-id\":1,\"timestamp-ms\":1,\"schema-id\":0,\"summary\":{},\"representations\":[{\"type\":\"sql\",\"sql\":\"select"
                                + " 1\","
                                + "\"dialect\":\"duckdb\"}],\"default-namespace\":[\"travel\"]},\"properties\":{}}");
        Loaded made = tables.create(request(), warehouse, FLIGHTS, view, Once.NOT);
        assertEquals(Refusal.Kind.ALREADY_EXISTS, refused(() -> made("flights")));
        assertEquals(Refusal.Kind.NO_SUCH_TABLE, refused(() -> load(FLIGHTS)));
        assertEquals(made.uuid(), tables.load(warehouse, Kind.VIEW, FLIGHTS).uuid());
        Loaded changed =
                tables.commit(
                        request(),
                        warehouse,
                        ViewChange.parse(
                                FLIGHTS,
                                "{\"requirements\":[{\"type\":\"assert-view-uuid\",\"uuid\":\""
                                        + made.uuid()
                                        + "\"}],\"updates\":[{\"action\":\"set-properties\",\"updates\":{\"a\":\"b\"}}]}"),
                        Once.NOT);
        assertEquals("b", changed.properties().get("a"));
    }

    @Test
    void aViewIsMadeOfATextAndKeepsWhatIsKeptWithIt() {
        TableName name = new TableName(NamespaceName.of("travel"), "seen");
        List<Field> columns =
                List.of(
                        new Field(
                                0,
                                "Ü",
                                List.of("Ü"),
                                new Field.Form.Plain("long"),
                                Scan.Presence.OPTIONAL,
                                new Field.Initial.None(),
                                ""));
        NewView view =
                NewView.of(
                        "seen",
                        new ViewText.Statement("domicile", "select 1 as \"Ü\""),
                        NamespaceName.of("travel"),
                        columns,
                        Instant.ofEpochSecond(1),
                        _ -> new byte[] {1});
        Loaded made = tables.create(request(), warehouse, name, view, Once.NOT);
        ViewText text = tables.text(made);
        assertEquals(
                List.of(new ViewText.Statement("domicile", "select 1 as \"Ü\"")),
                text.statements());
        assertEquals(List.of("travel"), text.namespace());
        assertEquals("Ü", text.columns().getFirst().name());
        assertArrayEquals(new byte[] {1}, tables.carried(warehouse, made.id()));
        for (int i = 2; i < 4; i++) {
            byte kept = (byte) i;
            Loaded next =
                    tables.commit(
                            request(),
                            warehouse,
                            ViewChange.of(
                                    name,
                                    made,
                                    new ViewText.Statement("domicile", "select 'it''s'"),
                                    NamespaceName.of("other"),
                                    columns,
                                    Instant.ofEpochSecond(i),
                                    _ -> new byte[] {kept}),
                            Once.NOT);
            assertEquals(made.id(), next.id());
            assertEquals("select 'it''s'", tables.text(next).statements().getFirst().sql());
            assertEquals(List.of("other"), tables.text(next).namespace());
            assertArrayEquals(new byte[] {kept}, tables.carried(warehouse, made.id()));
        }
        tables.drop(request(), warehouse, Kind.VIEW, name, Tables.Files.GO, Once.NOT);
        assertArrayEquals(new byte[0], tables.carried(warehouse, made.id()));
        Loaded again = tables.create(request(), warehouse, name, view, Once.NOT);
        assertEquals(
                Refusal.Kind.INVALID,
                refused(() ->
                        tables.commit(
                                request(),
                                warehouse,
                                ViewChange.of(
                                        name,
                                        again,
                                        new ViewText.Statement("other", "select 2"),
                                        NamespaceName.of("travel"),
                                        columns,
                                        Instant.ofEpochSecond(9),
                                        before -> before),
                                Once.NOT)),
                "a dialect that the view had would be lost");
    }

    // ---- once ----

    @Test
    void aKeyMakesAChangeOnce() {
        Once once = new Once(new byte[] {1}, new byte[] {2});
        Loaded made = tables.create(request(), warehouse, FLIGHTS, wanted("flights", ""), once);
        Loaded again = tables.create(request(), warehouse, FLIGHTS, wanted("flights", ""), once);
        assertEquals(made.id(), again.id());
        assertEquals(
                Refusal.Kind.KEY_REUSED,
                refused(() ->
                        tables.create(
                                request(),
                                warehouse,
                                FLIGHTS,
                                wanted("flights", ""),
                                new Once(new byte[] {1}, new byte[] {3}))));
        Once refusedOnce = new Once(new byte[] {4}, new byte[] {5});
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    Refusal.Kind.ALREADY_EXISTS,
                    refused(() ->
                            tables.create(
                                    request(),
                                    warehouse,
                                    FLIGHTS,
                                    wanted("flights", ""),
                                    refusedOnce)));
        }
    }

    // ---- size ----

    /** More than a value of the keyspace holds. */
    @Test
    void largeMetadataAreKeptInPieces() {
        made("flights");
        StringBuilder noise = new StringBuilder();
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < 2_000_000; i++) {
            noise.append((char) ('!' + 3 + random.nextInt(50)));
        }
        String value = noise.toString().replace("\\", "/");
        commit(set(FLIGHTS, "noise", value));
        assertEquals(value, open().load(warehouse, Kind.TABLE, FLIGHTS).properties().get("noise"));
        commit(set(FLIGHTS, "noise", "gone"));
        assertEquals("gone", load(FLIGHTS).properties().get("noise"));
        assertFalse(load(FLIGHTS).committed().contains(value));
    }
}
