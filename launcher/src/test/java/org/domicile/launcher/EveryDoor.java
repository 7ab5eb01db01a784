package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.domicile.admin.AdminDoor;
import org.domicile.admin.AdminOptions;
import org.domicile.admin.Checking;
import org.domicile.admin.Running;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.guard.GuardedHoldings;
import org.domicile.guard.GuardedLogs;
import org.domicile.guard.GuardedMoves;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.GuardedPeople;
import org.domicile.guard.GuardedRules;
import org.domicile.guard.GuardedSchemas;
import org.domicile.guard.GuardedSessions;
import org.domicile.guard.GuardedSharing;
import org.domicile.guard.GuardedSql;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.GuardedTables;
import org.domicile.guard.GuardedWatches;
import org.domicile.guard.Installation;
import org.domicile.guard.MemoryEngine;
import org.domicile.guard.MemoryLog;
import org.domicile.guard.PublicRegister;
import org.domicile.guard.Sealing;
import org.domicile.health.HealthDoor;
import org.domicile.http.HttpHandler;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.iceberg.IcebergDoor;
import org.domicile.iceberg.IcebergOptions;
import org.domicile.ingest.IngestDoor;
import org.domicile.ingest.WatchesDoor;
import org.domicile.kafka.KafkaDoor;
import org.domicile.moves.Moves;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.objects.Version;
import org.domicile.persons.PersonsDoor;
import org.domicile.query.LimitTable;
import org.domicile.query.TinyParquet;
import org.domicile.query.WritingQueries;
import org.domicile.register.RegisterDoor;
import org.domicile.registry.RegistryDoor;
import org.domicile.s3.S3Door;
import org.domicile.s3.S3Options;
import org.domicile.s3client.S3Signature;
import org.domicile.schemas.Schemas;
import org.domicile.sql.SqlDoor;
import org.domicile.sql.SqlOptions;
import org.domicile.sql.SqlPage;
import org.domicile.sql.Visible;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;
import org.domicile.streams.Client;
import org.domicile.streams.Streams;
import org.domicile.tables.Tables;
import org.domicile.tiles.TilesDoor;
import org.domicile.verifier.VerifierPage;
import org.domicile.watches.Watches;

/**
 * All doors on one server before one guard, each twice: for clients who are at home, and for those
 * who are abroad. Which methods of the guard's contracts the doors call is written down.
 */
final class EveryDoor implements AutoCloseable {
    /** What every stored object holds, and no answer may show that is refused. */
    static final String SECRET = "the secret content";

    /** The guard's contracts: what doors can reach. */
    static final List<Class<?>> CONTRACTS =
            List.of(
                    GuardedObjects.class,
                    GuardedSharing.class,
                    GuardedHoldings.class,
                    GuardedRules.class,
                    GuardedSessions.class,
                    GuardedLogs.class,
                    GuardedPeople.class,
                    GuardedMoves.class,
                    GuardedTables.class,
                    GuardedSql.class,
                    GuardedStreams.class,
                    GuardedSchemas.class,
                    GuardedWatches.class,
                    Administration.class,
                    Sealing.class,
                    PublicRegister.class);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String USE = "x-domicile-use:";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    final Installation installation;
    final Set<String> called = ConcurrentHashMap.newKeySet();
    private final Path sockets;
    private final LimitTable limits;
    private final RegisterDoor register;
    private final HttpServer http;
    private int tables;
    private final SqlDoor sqlAtHome;
    private final SqlDoor sqlAbroad;
    private final Streams known;
    private final GuardedStreams streams;
    private final Schemas schemas;
    private final KafkaDoor kafka;

    /** Where the client stands. */
    enum Place {
        HOME,
        ABROAD
    }

    /** What came back. @param use as its header names it */
    record Reply(int status, String use, String text) {
        boolean done() {
            return status / 100 == 2 || status / 100 == 3;
        }
    }

    EveryDoor(Path folder) throws IOException {
        sockets = folder;
        installation =
                Installation.inMemory(
                        folder,
                        new GuardOptions(
                                Installation.NODE,
                                Installation.HOME,
                                Map.of(
                                        "s3-abroad", "abroad",
                                        "web-abroad", "abroad",
                                        "sql-abroad", "abroad",
                                        "admin-abroad", "abroad"),
                                List.of(new GuardOptions.Network("127.1.0.0/16", "abroad")),
                                256));
        limits = installation.limits();
        installation.admin().createZone("abroad", Optional.empty());
        Guard guard = watched(Guard.class, installation.guard());
        register = RegisterDoor.open(guard.publicRegister(), installation.time());
        HttpHandler s3 = new S3Door(guard, new S3Options("home", ""), installation.time());
        Moves moves = installation.moves();
        HttpHandler admin =
                new AdminDoor(
                        guard,
                        new Idle(),
                        new LedgerLogs(installation.ledger()),
                        new Idle(),
                        request -> guard.moves(request, moves),
                        guard.sql(new WritingQueries(limits), installation.tables()),
                        new AdminOptions(TOKEN, Set.of()),
                        installation.time());
        known = Streams.open(installation.keyspace(), installation.time());
        MemoryLog log = new MemoryLog();
        schemas = Schemas.open(installation.keyspace(), installation.time());
        guard.tabling(
                new Guard.Tabling(
                        known,
                        log,
                        schemas,
                        new WritingQueries(limits),
                        installation.tables(),
                        Duration.ofMinutes(5),
                        1 << 20));
        streams = guard.streams(known, log);
        kafka = new KafkaDoor(guard, installation.time());
        kafka.open(streams);
        HttpHandler web = web(guard, log);
        List<HttpServer.Listener> listeners = new ArrayList<>();
        Map.of("s3", s3, "web", web, "admin", admin)
                .forEach((name, door) -> {
                    listeners.add(listener(name, door));
                    listeners.add(listener(name + "-abroad", door));
                });
        http = HttpServer.open(listeners);
        sqlAtHome = sql(guard, "sql");
        sqlAbroad = sql(guard, "sql-abroad");
    }

    GuardedStreams streams() {
        return streams;
    }

    private SqlDoor sql(Guard guard, String name) throws IOException {
        return SqlDoor.open(
                new SqlOptions(ListenerOptions.plain(name, "127.0.0.1", 0)),
                guard,
                guard.sql(new WritingQueries(limits), installation.tables()),
                Visible.of(guard.sql(new WritingQueries(limits), installation.tables())),
                installation.time(),
                new SecureRandom());
    }

    private HttpHandler web(Guard guard, MemoryLog log) {
        List<WebRoutes.Route> routes = new ArrayList<>();
        HttpHandler health = new HealthDoor(Optional::empty, List::of);
        HttpHandler persons = new PersonsDoor(guard, installation.time());
        HttpHandler tiles = new TilesDoor(guard, VerifierPage.html(), installation.time());
        HealthDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, health)));
        PersonsDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, persons)));
        TilesDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, tiles)));
        RegisterDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, register)));
        Tables tables = installation.tables();
        HttpHandler iceberg =
                new IcebergDoor(
                        guard,
                        request -> guard.tables(request, tables),
                        new IcebergOptions("home", () -> "http://localhost:9000"),
                        installation.time());
        IcebergDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, iceberg)));
        HttpHandler sql =
                new SqlPage(
                        guard,
                        guard.sql(new WritingQueries(limits), installation.tables()),
                        Visible.of(guard.sql(new WritingQueries(limits), installation.tables())),
                        installation.time());
        SqlPage.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, sql)));
        HttpHandler ingest = new IngestDoor(guard, streams, 0, installation.time());
        IngestDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, ingest)));
        HttpHandler watching =
                new WatchesDoor(
                        guard,
                        guard.watches(
                                known,
                                log,
                                streams,
                                Watches.open(installation.keyspace()),
                                new MemoryEngine(),
                                new StreamColumns(schemas),
                                new WritingQueries(limits),
                                installation.tables()),
                        installation.time());
        WatchesDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, watching)));
        HttpHandler registry =
                new RegistryDoor(
                        guard,
                        guard.schemas(
                                schemas,
                                Streams.open(installation.keyspace(), installation.time())),
                        installation.time());
        RegistryDoor.PATHS.forEach(path -> routes.add(new WebRoutes.Route(path, registry)));
        return new WebRoutes(routes);
    }

    private HttpServer.Listener listener(String name, HttpHandler handler) {
        return new HttpServer.Listener(
                new ListenerOptions(
                        name,
                        new ListenerOptions.Address.Unix(sockets.resolve(name)),
                        Optional.empty(),
                        64,
                        PATIENCE),
                handler);
    }

    /** A program that is up and does not end. */
    private record Idle() implements Running, Checking {
        @Override
        public Status status() {
            return new Status("ready", "", Instant.EPOCH, Map.of(), Map.of(), List.of());
        }

        @Override
        public void stop() {}

        @Override
        public Path hold(String holder) {
            return Path.of("hold");
        }

        @Override
        public Told resumeEvents() {
            return Told.ALREADY;
        }

        @Override
        public State state() {
            return new State(false, Instant.EPOCH, Instant.EPOCH, 0, 0, 0, 0, List.of());
        }

        @Override
        public State begin() {
            return state();
        }
    }

    /** The same object, and so is what it gives; its contracts' methods are written down. */
    private <T> T watched(Class<T> contract, T behind) {
        InvocationHandler handler =
                (proxy, method, arguments) -> {
                    called.add(contract.getSimpleName() + "." + method.getName());
                    try {
                        return wrapped(method.getReturnType(), method.invoke(behind, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                };
        return contract.cast(
                Proxy.newProxyInstance(
                        contract.getClassLoader(), new Class<?>[] {contract}, handler));
    }

    private <T> Object wrapped(Class<T> type, Object given) {
        return CONTRACTS.contains(type) ? watched(type, type.cast(given)) : given;
    }

    /** The bucket of the tables of {@code city}. */
    String warehouse() {
        return installation.objects().buckets().buckets("city").stream()
                .filter(each -> each.keeping() == Bucket.Keeping.TABLES)
                .findFirst()
                .orElseThrow()
                .name();
    }

    /** Files of rows of all its tables. */
    Set<String> tableFiles() {
        return installation
                .objects()
                .list(
                        installation.objects().buckets().bucket(warehouse()).orElseThrow(),
                        new Listing.Query("", "", "", "", 1_000))
                .versions()
                .stream()
                .map(Version::name)
                .filter(each -> each.endsWith(".parquet"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Makes what the table's lines need, in a bucket of its own.
     *
     * @param bucket of the organisation {@code city}; also begins other names
     * @return what words in braces mean
     */
    Map<String, String> prepare(Administration.Issued caller, String bucket, String target)
            throws IOException {
        Map<String, String> words = new HashMap<>();
        words.put("bucket", bucket);
        words.put("empty", bucket + "-empty");
        words.put("target", target);
        words.put(
                "acl",
                "<AccessControlPolicy><Owner><ID>city</ID></Owner><AccessControlList>"
                        + "</AccessControlList></AccessControlPolicy>");
        words.put(
                "policy",
                """
                {"Statement":{"Effect":"Allow","Principal":{"AWS":"city"},\
                "Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}}\
                """
                        .formatted(bucket));
        String controls =
                "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
                        + "</OwnershipControls>";
        String ownership = "/{bucket}?ownershipControls=";
        ok(s3(Place.HOME, Optional.of(caller), words, "PUT", ownership, controls));
        for (String name : List.of("raw/n", "one", "two", "patients/p-1/x")) {
            ok(s3(Place.HOME, Optional.of(caller), words, "PUT", "/{bucket}/" + name, SECRET));
        }
        String table = TinyParquet.of('n', SECRET);
        ok(s3(Place.HOME, Optional.of(caller), words, "PUT", "/{bucket}/raw/p.parquet", table));
        words.put("kept", bucket + "-kept");
        words.put("table", "t" + ++tables);
        for (String sql :
                List.of(
                        "create schema if not exists q",
                        "create table if not exists q.t (n text)")) {
            ok(SqlClient.ask(sql(Place.HOME), Optional.of(caller), "CREATE", sql));
        }
        for (String stream : List.of("levels", "telemetry", "gone", "water.levels")) {
            Reply made =
                    send(
                            "web",
                            Place.HOME,
                            "PUT",
                            "/streams/" + stream,
                            basic(Optional.of(caller)),
                            "");
            if (made.status() != 201 && made.status() != 409) {
                throw new AssertionError("not prepared: " + made);
            }
        }
        Reply described =
                send(
                        "web",
                        Place.HOME,
                        "POST",
                        "/schemas/subjects/water.levels-value/versions",
                        basic(Optional.of(caller)),
                        "{\"schemaType\":\"JSON\",\"schema\":\"{\\\"type\\\":\\\"object\\\","
                            + "\\\"properties\\\":{\\\"n\\\":{\\\"type\\\":\\\"string\\\"}}}\"}");
        if (described.status() != 200 && described.status() != 403) {
            throw new AssertionError("not prepared: " + described);
        }
        begin(words, caller, "upload", target);
        begin(words, caller, "aborted", "aborted");
        String part = "/{bucket}/{target}?partNumber=1&uploadId={upload}";
        Reply copied = s3(Place.HOME, Optional.of(caller), words, "COPY", part, "");
        ok(copied);
        words.put(
                "parts",
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"
                        + within(copied.text(), "ETag")
                        + "</ETag></Part></CompleteMultipartUpload>");
        return words;
    }

    /**
     * Makes a bucket, which is there already, keep versions and lock them, with an object in it.
     */
    void keep(Administration.Issued caller, String bucket) throws IOException {
        Map<String, String> words = Map.of("kept", bucket);
        String versions =
                "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        String lock =
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>"
                        + "</ObjectLockConfiguration>";
        Optional<Administration.Issued> known = Optional.of(caller);
        ok(s3(Place.HOME, known, words, "PUT", "/{kept}?versioning=", versions));
        ok(s3(Place.HOME, known, words, "PUT", "/{kept}?object-lock=", lock));
        ok(s3(Place.HOME, known, words, "PUT", "/{kept}/n", SECRET));
    }

    private void begin(
            Map<String, String> words, Administration.Issued caller, String word, String name)
            throws IOException {
        words.put("begun", name);
        Reply begun =
                s3(
                        Place.HOME,
                        Optional.of(caller),
                        words,
                        "POST",
                        "/{bucket}/{begun}?uploads=",
                        "");
        ok(begun);
        words.put(word, within(begun.text(), "UploadId"));
    }

    private static void ok(Reply reply) {
        if (!reply.done()) {
            throw new AssertionError("not prepared: " + reply);
        }
    }

    private static String within(String xml, String element) {
        int from = xml.indexOf("<" + element + ">") + element.length() + 2;
        return xml.substring(from, xml.indexOf("</" + element + ">"));
    }

    /** Carries a line out. @param caller of the doors that ask for a credential */
    Reply ask(
            DataPaths.Line line,
            Place place,
            Optional<Administration.Issued> caller,
            Map<String, String> words)
            throws IOException {
        String target = filled(line.target(), words);
        String body = filled(line.body(), words);
        return switch (line.door()) {
            case "s3" -> s3(place, caller, words, line.method(), line.target(), line.body());
            case "sts" -> sts(place, caller, target);
            case "iceberg" -> iceberg(place, caller, line, target, body);
            case "admin" -> send("admin", place, line.method(), target, admin(caller), body);
            case "tiles" -> send("web", place, line.method(), target, basic(caller), body);
            case "sql" ->
                    target.equals("/")
                            ? SqlClient.ask(sql(place), caller, line.method(), body)
                            : send(
                                    "web",
                                    place,
                                    line.method(),
                                    target,
                                    asJson(basic(caller)),
                                    body);
            case "ingest", "registry", "watches" ->
                    send("web", place, line.method(), target, asJson(basic(caller)), body);
            case "kafka" -> kafka(place, caller, line, target.substring(1));
            case "persons" -> send("web", place, line.method(), target, code(caller, words), body);
            case "register", "health" -> send("web", place, line.method(), target, Map.of(), body);
            default ->
                    throw new AssertionError(
                            "say in EveryDoor.ask how the door " + line.door() + " is asked");
        };
    }

    /**
     * What the log asks for a client of Kafka's. Each operation comes from an address of its own,
     * because one of the same caller is on record once a minute. The use is in no answer of Kafka's
     * protocol.
     */
    private Reply kafka(
            Place place, Optional<Administration.Issued> caller, DataPaths.Line line, String name)
            throws IOException {
        String net = place == Place.HOME ? "127.0.9." : "127.1.9.";
        Client client =
                new Client(
                        caller.map(each -> each.credential().accessKey()).orElse("nobody"),
                        InetAddress.getByName(net + line.operation().length()));
        long before = installation.entries("city");
        boolean admitted;
        try {
            admitted =
                    switch (line.method()) {
                        case "GROUP" -> kafka.admits(client, Admission.Shared.GROUP, name);
                        case "TRANSACTION" ->
                                kafka.admits(client, Admission.Shared.TRANSACTION, name);
                        default -> kafka.admits(client, Act.valueOf(line.method()), name);
                    };
        } catch (StorageFailure e) {
            return new Reply(503, "", String.valueOf(e.getMessage()));
        }
        if (admitted && line.method().equals("GROUP")) {
            kafka.sees(client, Admission.Shared.GROUP, name, true);
        }
        if (admitted && line.method().equals("PUBLISH")) {
            kafka.published(client, name, new Admission.Brought(0, 0, 1, 1));
        } else if (admitted && line.method().equals("POLL")) {
            kafka.polled(client, name, 0, 0, 1);
        }
        return new Reply(
                admitted ? 200 : 403, installation.entries("city") > before ? "city" : "", "");
    }

    /** The operator's token; a stranger has another. */
    private static Map<String, String> admin(Optional<Administration.Issued> caller) {
        return Map.of("authorization", "Bearer " + (caller.isPresent() ? TOKEN : "none"));
    }

    private static Map<String, String> basic(Optional<Administration.Issued> caller) {
        return caller.map(issued ->
                        Map.of(
                                "authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(
                                                        (issued.credential().accessKey()
                                                                        + ":"
                                                                        + issued.secret())
                                                                .getBytes(UTF_8))))
                .orElse(Map.of());
    }

    private static Map<String, String> asJson(Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put("content-type", "application/json");
        return all;
    }

    private int sql(Place place) {
        return (place == Place.HOME ? sqlAtHome : sqlAbroad).address().getPort();
    }

    private static Map<String, String> code(
            Optional<Administration.Issued> caller, Map<String, String> words) {
        String code = caller.isPresent() ? words.getOrDefault("code", "") : "2222222-2222222";
        return Map.of("authorization", "Bearer " + code);
    }

    private Reply s3(
            Place place,
            Optional<Administration.Issued> caller,
            Map<String, String> words,
            String method,
            String asked,
            String text)
            throws IOException {
        String target = filled(asked, words);
        if (method.equals("FORM")) {
            return form(place, caller, target, text);
        }
        byte[] body = filled(text, words).getBytes(UTF_8);
        Map<String, String> headers = new TreeMap<>();
        if (method.equals("COPY")) {
            headers.put("x-amz-copy-source", "/" + words.get("bucket") + "/raw/n");
        }
        if (target.endsWith("?attributes=")) {
            headers.put("x-amz-object-attributes", "ETag");
        }
        if (body.length > 0) {
            byte[] md5 = S3Signature.digest("MD5").digest(body);
            headers.put("content-md5", Base64.getEncoder().encodeToString(md5));
        }
        String sent = method.equals("COPY") ? "PUT" : method;
        int mark = target.indexOf('?');
        String sum = S3Signature.hex(S3Signature.sha256(body));
        Map<String, String> signed =
                caller.isEmpty()
                        ? headers
                        : new S3Signature(
                                        caller.get().credential().accessKey(),
                                        caller.get().secret(),
                                        "home")
                                .sign(
                                        sent,
                                        "localhost",
                                        mark < 0 ? target : target.substring(0, mark),
                                        mark < 0 ? "" : target.substring(mark + 1),
                                        headers,
                                        sum,
                                        installation.time().instant());
        return send("s3", place, sent, target, signed, filled(text, words));
    }

    /** Signed, but for the token, which shows what would sign. */
    private Reply iceberg(
            Place place,
            Optional<Administration.Issued> caller,
            DataPaths.Line line,
            String target,
            String body)
            throws IOException {
        if (line.operation().equals("GET_TOKEN")) {
            String form =
                    "grant_type=client_credentials&client_id="
                            + caller.map(each -> each.credential().accessKey()).orElse("nobody")
                            + "&client_secret="
                            + caller.map(Administration.Issued::secret).orElse("");
            return send("web", place, "POST", target, Map.of(), form);
        }
        if (caller.isEmpty()) {
            return send("web", place, line.method(), target, Map.of(), body);
        }
        int mark = target.indexOf('?');
        Map<String, String> signed =
                new S3Signature(
                                caller.get().credential().accessKey(),
                                caller.get().secret(),
                                "home")
                        .sign(
                                line.method(),
                                "localhost",
                                mark < 0 ? target : target.substring(0, mark),
                                mark < 0 ? "" : target.substring(mark + 1),
                                Map.of(),
                                S3Signature.hex(S3Signature.sha256(body.getBytes(UTF_8))),
                                installation.time().instant());
        return send("web", place, line.method(), target, signed, body);
    }

    /** Makes what the lines of the catalog need, in the namespace {@code flights}. */
    void catalog(Administration.Issued caller, Map<String, String> words) throws IOException {
        String schema =
                "\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":"
                        + "[{\"id\":1,\"name\":\"n\",\"required\":false,\"type\":\"long\"}]}";
        words.put("schema", schema);
        words.put(
                "viewed",
                schema
                        + ",\"view-version\":{\"version-id\":1,\"timestamp-ms\":1,\"schema-id\":0,\"summary\":{},\"representations\":[{\"type\":\"sql\",\"sql\":\"select"
                        + " 1\",\"dialect\":\"duckdb\"}],\"default-namespace\":[\"flights\"]},"
                        + "\"properties\":{}");
        String in = "/iceberg/v1/namespaces/flights";
        ok(
                catalog(
                        caller,
                        words,
                        "POST",
                        "/iceberg/v1/namespaces",
                        "{\"namespace\":[\"flights\"]}"));
        Reply table = catalog(caller, words, "POST", in + "/tables", "{\"name\":\"t\",{schema}}");
        ok(table);
        String location = json(table, "location");
        words.put("files", location.substring("s3://".length()));
        Reply gone = catalog(caller, words, "POST", in + "/tables", "{\"name\":\"g\",{schema}}");
        words.put("gone", json(gone, "metadata-location"));
        ok(catalog(caller, words, "DELETE", in + "/tables/g", ""));
        ok(catalog(caller, words, "POST", in + "/views", "{\"name\":\"v\",{viewed}}"));
        Reply view = catalog(caller, words, "POST", in + "/views", "{\"name\":\"w\",{viewed}}");
        words.put("goneView", json(view, "metadata-location"));
        ok(catalog(caller, words, "DELETE", in + "/views/w", ""));
        old(caller, words, in);
        Reply plan = catalog(caller, words, "POST", in + "/tables/t/plan", "{}");
        words.put("plan", json(plan, "plan-id"));
    }

    /** A table whose first snapshot is older than its second; neither has files. */
    private void old(Administration.Issued caller, Map<String, String> words, String in)
            throws IOException {
        Reply made = catalog(caller, words, "POST", in + "/tables", "{\"name\":\"old\",{schema}}");
        String location = json(made, "location");
        long now = installation.time().millis();
        for (int id = 1; id <= 2; id++) {
            ok(
                    catalog(
                            caller,
                            words,
                            "POST",
                            in + "/tables/old",
                            "{\"requirements\":[],\"updates\":[{\"action\":\"add-snapshot\",\"snapshot\":{\"snapshot-id\":%d,%s\"sequence-number\":%d,\"timestamp-ms\":%d,\"manifest-list\":\"%s/metadata/%d.avro\",\"summary\":{\"operation\":\"append\"},\"schema-id\":0}},{\"action\":\"set-snapshot-ref\",\"ref-name\":\"main\",\"type\":\"branch\",\"snapshot-id\":%d}]}"
                                    .formatted(
                                            id,
                                            id == 1 ? "" : "\"parent-snapshot-id\":1,",
                                            id,
                                            now - (id == 1 ? 40_000 : 0),
                                            location,
                                            id,
                                            id)));
        }
    }

    private Reply catalog(
            Administration.Issued caller,
            Map<String, String> words,
            String method,
            String target,
            String body)
            throws IOException {
        DataPaths.Line line =
                new DataPaths.Line(
                        "iceberg",
                        "",
                        DataPaths.Flow.NONE,
                        DataPaths.Recording.COMMIT,
                        method,
                        target,
                        body);
        return ask(line, Place.HOME, Optional.of(caller), words);
    }

    /** The first text of a name in an answer. */
    private static String json(Reply reply, String name) {
        ok(reply);
        String before = "\"" + name + "\":\"";
        int from = reply.text().indexOf(before) + before.length();
        return reply.text().substring(from, reply.text().indexOf('"', from));
    }

    /** Signed for STS (Signature Version 4); the request has no body. */
    private Reply sts(Place place, Optional<Administration.Issued> caller, String target)
            throws IOException {
        if (caller.isEmpty()) {
            return send("s3", place, "POST", target, Map.of(), "");
        }
        String stamp =
                DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(installation.time().instant());
        String scope = stamp.substring(0, 8) + "/home/sts/aws4_request";
        String canonical =
                "POST\n/\n%s\nhost:localhost\nx-amz-date:%s\n\nhost;x-amz-date\n%s"
                        .formatted(
                                target.substring(2),
                                stamp,
                                S3Signature.hex(S3Signature.sha256(new byte[0])));
        String text =
                "AWS4-HMAC-SHA256\n%s\n%s\n%s"
                        .formatted(
                                stamp,
                                scope,
                                S3Signature.hex(S3Signature.sha256(canonical.getBytes(UTF_8))));
        byte[] key = ("AWS4" + caller.get().secret()).getBytes(UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        String signature =
                "AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=host;x-amz-date,Signature=%s"
                        .formatted(
                                caller.get().credential().accessKey(),
                                scope,
                                S3Signature.hex(hmac(key, text)));
        Map<String, String> headers =
                Map.of(
                        "x-amz-date", stamp,
                        "authorization", signature,
                        "content-type", "application/x-www-form-urlencoded");
        return send("s3", place, "POST", target, headers, "");
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HMAC-SHA256", e);
        }
    }

    /** A form with a policy that the caller signed, as version 2 wants it. */
    private Reply form(
            Place place, Optional<Administration.Issued> caller, String target, String text)
            throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("key", "posted");
        if (caller.isPresent()) {
            String policy =
                    base64(
                            "{\"expiration\":\"%s\",\"conditions\":[{\"bucket\":\"%s\"},{\"key\":\"posted\"}]}"
                                    .formatted(
                                            installation.time().instant().plusSeconds(600),
                                            target.substring(1))
                                    .getBytes(UTF_8));
            fields.put("AWSAccessKeyId", caller.get().credential().accessKey());
            fields.put("policy", policy);
            fields.put("signature", signature(caller.get().secret(), policy));
        }
        StringBuilder form = new StringBuilder();
        fields.forEach((name, value) ->
                form.append(
                        "--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                                .formatted(name, value)));
        form.append(
                "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
                        + text
                        + "\r\n--b--\r\n");
        Map<String, String> headers = Map.of("content-type", "multipart/form-data; boundary=b");
        return send("s3", place, "POST", target, headers, form.toString());
    }

    private static String signature(String secret, String policy) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA1"));
            return base64(mac.doFinal(policy.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has HmacSHA1", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private Reply send(
            String listener,
            Place place,
            String method,
            String target,
            Map<String, String> headers,
            String text)
            throws IOException {
        StringBuilder head =
                new StringBuilder("%s %s HTTP/1.1\r\nHost: localhost\r\n".formatted(method, target))
                        .append("Connection: close\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        head.append("Content-Length: ").append(text.getBytes(UTF_8).length).append("\r\n\r\n");
        Path socket = sockets.resolve(place == Place.HOME ? listener : listener + "-abroad");
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                InputStream in = Channels.newInputStream(channel)) {
            ByteBuffer all = ByteBuffer.wrap((head + text).getBytes(UTF_8));
            while (all.hasRemaining()) {
                channel.write(all);
            }
            return reply(new String(in.readAllBytes(), UTF_8));
        }
    }

    private static Reply reply(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        String use =
                answer.substring(0, end)
                        .lines()
                        .filter(line -> line.regionMatches(true, 0, USE, 0, USE.length()))
                        .map(line -> line.substring(USE.length()).strip())
                        .findFirst()
                        .orElse("");
        return new Reply(Integer.parseInt(answer.substring(9, 12)), use, answer.substring(end + 4));
    }

    private static String filled(String text, Map<String, String> words) {
        String filled = text;
        for (Map.Entry<String, String> word : words.entrySet()) {
            filled = filled.replace("{" + word.getKey() + "}", word.getValue());
        }
        return filled;
    }

    @Override
    public void close() {
        sqlAtHome.close();
        sqlAbroad.close();
        streams.close();
        http.close();
        register.close();
        installation.close();
    }
}
