package org.domicile.rck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Iceberg's own client with its S3 files, and what the kit leaves out: that a table's session
 * reaches that table and nothing else, that an ordinary credential reaches no table's files,
 * signing, plans, and keys of changes.
 */
@ExtendWith(IcebergClientTest.Given.class)
class IcebergClientTest {
    private static final Schema SCHEMA =
            new Schema(Types.NestedField.optional(1, "n", Types.LongType.get()));

    private final OurServer.Up up;
    private final Namespace namespace = Namespace.of("client-" + UUID.randomUUID());
    private RESTCatalog catalog;

    /** Gives the server. */
    static final class Given implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == OurServer.Up.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return OurServer.of(context);
        }
    }

    IcebergClientTest(OurServer.Up up) {
        this.up = up;
        this.catalog = catalog(Map.of("header.X-Iceberg-Access-Delegation", "vended-credentials"));
    }

    private RESTCatalog catalog(Map<String, String> more) {
        Map<String, String> properties = new HashMap<>();
        properties.put("uri", up.catalog());
        properties.put("credential", up.accessKey() + ":" + up.secret());
        properties.put("io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
        properties.put("http-client.type", "urlconnection");
        properties.putAll(more);
        RESTCatalog made = new RESTCatalog();
        made.initialize("ours", properties);
        return made;
    }

    @BeforeEach
    void begin() {
        catalog.createNamespace(namespace);
    }

    @AfterEach
    void end() throws IOException {
        catalog.close();
    }

    private TableIdentifier named(String name) {
        return TableIdentifier.of(namespace, name);
    }

    private static void write(FileIO io, String location, byte[] bytes) throws IOException {
        try (OutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(bytes);
        }
    }

    private static byte[] read(FileIO io, String location) throws IOException {
        try (InputStream in = io.newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }

    private static DataFile file(Table table, String name, byte[] bytes) throws IOException {
        String location = table.location() + "/data/" + name + ".parquet";
        write(table.io(), location, bytes);
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFileSizeInBytes(bytes.length)
                .withRecordCount(1)
                .build();
    }

    private static int files(Table table) throws IOException {
        int count = 0;
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask each : tasks) {
                assertTrue(each.file().fileSizeInBytes() > 0);
                count++;
            }
        }
        return count;
    }

    @Test
    void aTablesSessionWritesAndReadsItsFiles() throws IOException {
        Table table = catalog.createTable(named("t"), SCHEMA);
        byte[] bytes = "not really parquet".getBytes(StandardCharsets.UTF_8);
        DataFile file = file(table, "one", bytes);
        table.newAppend().appendFile(file).commit();
        Table again = catalog.loadTable(named("t"));
        assertEquals(1, files(again));
        assertArrayEquals(bytes, read(again.io(), file.location()));
    }

    @Test
    void whatAStagedTableWroteIsItsOwn() throws IOException {
        var transaction = catalog.buildTable(named("staged"), SCHEMA).createTransaction();
        DataFile file = file(transaction.table(), "one", "x".getBytes(StandardCharsets.UTF_8));
        transaction.newAppend().appendFile(file).commit();
        transaction.commitTransaction();
        Table table = catalog.loadTable(named("staged"));
        assertTrue(file.location().startsWith(table.location() + "/"));
        assertEquals(1, files(table));
    }

    /** Each with its control: the same call where it may be made. */
    @Test
    void aTablesSessionReachesNoOtherTable() throws IOException {
        Table one = catalog.createTable(named("one"), SCHEMA);
        Table two = catalog.createTable(named("two"), SCHEMA);
        byte[] bytes = "secret".getBytes(StandardCharsets.UTF_8);
        String theirs = two.location() + "/data/x";
        write(two.io(), theirs, bytes);
        assertArrayEquals(bytes, read(two.io(), theirs));
        List<String> attempts =
                List.of(
                        theirs,
                        two.location() + "/metadata/00000-x.metadata.json",
                        one.location() + "x/data",
                        one.location().substring(0, one.location().lastIndexOf('/'))
                                + "/elsewhere");
        for (String each : attempts) {
            assertThrows(RuntimeException.class, () -> read(one.io(), each), each);
            assertThrows(Exception.class, () -> write(one.io(), each, bytes), each);
        }
        // S3 knows no way up: this is a name of its own table, however it looks.
        String id = two.location().substring(two.location().lastIndexOf('/') + 1);
        write(one.io(), one.location() + "/../" + id + "/data/x", new byte[] {1});
        assertArrayEquals(bytes, read(two.io(), theirs));
    }

    @Test
    void anOrdinaryCredentialReachesNoTablesFiles() throws IOException {
        Table table = catalog.createTable(named("t"), SCHEMA);
        byte[] bytes = "secret".getBytes(StandardCharsets.UTF_8);
        write(table.io(), table.location() + "/data/x", bytes);
        String bucket = URI.create(table.location()).getHost();
        String key = URI.create(table.location()).getPath().substring(1) + "/data/x";
        try (S3Client s3 =
                S3Client.builder()
                        .endpointOverride(URI.create(up.s3()))
                        .region(Region.of("home"))
                        .httpClient(UrlConnectionHttpClient.create())
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(up.accessKey(), up.secret())))
                        .forcePathStyle(true)
                        .build()) {
            s3.createBucket(each -> each.bucket("mine-" + bucket));
            assertFalse(
                    s3.listBuckets().buckets().stream()
                            .map(Bucket::name)
                            .toList()
                            .contains(bucket));
            List<Runnable> attempts =
                    List.of(
                            () -> s3.getObjectAsBytes(each -> each.bucket(bucket).key(key)),
                            () -> s3.headObject(each -> each.bucket(bucket).key(key)),
                            () -> s3.listObjectsV2(each -> each.bucket(bucket)),
                            () -> s3.listObjectsV2(each -> each.bucket(bucket).prefix(key)),
                            () -> s3.deleteObject(each -> each.bucket(bucket).key(key)),
                            () ->
                                    s3.copyObject(each ->
                                            each.sourceBucket(bucket)
                                                    .sourceKey(key)
                                                    .destinationBucket("mine-" + bucket)
                                                    .destinationKey("k")),
                            () ->
                                    s3.putBucketVersioning(each ->
                                            each.bucket(bucket)
                                                    .versioningConfiguration(
                                                            to -> to.status("Enabled"))),
                            () -> s3.putBucketPolicy(each -> each.bucket(bucket).policy("{}")),
                            () -> s3.getBucketLocation(each -> each.bucket(bucket)),
                            () -> s3.createMultipartUpload(each -> each.bucket(bucket).key(key)),
                            () -> s3.deleteBucket(each -> each.bucket(bucket)),
                            () -> s3.headBucket(each -> each.bucket(bucket)));
            for (Runnable each : attempts) {
                assertEquals(403, assertThrows(S3Exception.class, each::run).statusCode());
            }
        }
        assertArrayEquals(bytes, read(table.io(), table.location() + "/data/x"));
    }

    @Test
    void requestsAreSigned() throws IOException {
        catalog.createTable(named("t"), SCHEMA);
        try (RESTCatalog signing =
                catalog(Map.of("header.X-Iceberg-Access-Delegation", "remote-signing"))) {
            Table table = signing.loadTable(named("t"));
            assertFalse(table.io().properties().containsKey("s3.access-key-id"));
            byte[] bytes = "signed".getBytes(StandardCharsets.UTF_8);
            DataFile file = file(table, "one two+ü", bytes);
            table.newAppend().appendFile(file).commit();
            assertEquals(1, files(signing.loadTable(named("t"))));
            assertArrayEquals(bytes, read(table.io(), file.location()));
            String elsewhere =
                    table.location().substring(0, table.location().lastIndexOf('/')) + "/x";
            assertThrows(Exception.class, () -> write(table.io(), elsewhere, bytes));
        }
    }

    @Test
    void callersSignWithVersionFour() throws IOException {
        try (RESTCatalog signing =
                catalog(
                        Map.of(
                                "credential", "",
                                "rest.auth.type", "sigv4",
                                "rest.auth.sigv4.delegate-auth-type", "none",
                                "rest.access-key-id", up.accessKey(),
                                "rest.secret-access-key", up.secret(),
                                "rest.signing-region", "home"))) {
            signing.createTable(named("a b.c"), SCHEMA);
            assertEquals(List.of(named("a b.c")), signing.listTables(namespace));
        }
    }

    @Test
    void theServerPlans() throws IOException {
        Table table = catalog.createTable(named("t"), SCHEMA);
        for (String name : List.of("one", "two", "three")) {
            table.newAppend()
                    .appendFile(file(table, name, name.getBytes(StandardCharsets.UTF_8)))
                    .commit();
        }
        JsonNode plan = call("POST", "/tables/t/plan", "{}", 200);
        assertEquals("completed", plan.get("status").textValue());
        assertEquals(3, plan.get("file-scan-tasks").size());
        String id = plan.get("plan-id").textValue();
        assertEquals(3, call("GET", "/tables/t/plan/" + id, "", 200).get("file-scan-tasks").size());
        call("DELETE", "/tables/t/plan/" + id, "", 204);
        call("GET", "/tables/t/plan/" + id, "", 404);
        JsonNode none =
                call(
                        "POST",
                        "/tables/t/plan",
                        "{\"filter\":{\"type\":\"eq\",\"term\":\"none\",\"value\":1}}",
                        400);
        assertTrue(none.get("error").get("message").textValue().contains("none"));
    }

    /** What is advertised answers, and what is not is refused. */
    @Test
    void whatIsAdvertisedIsServed() throws IOException {
        catalog.createTable(named("t"), SCHEMA);
        Set<String> advertised = new HashSet<>();
        ask("GET", up.catalog() + "/v1/config", "", 200)
                .get("endpoints")
                .forEach(each -> advertised.add(each.textValue()));
        assertTrue(advertised.size() >= 30, advertised::toString);
        for (String each : advertised) {
            String[] parts = each.split(" ", 2);
            String path =
                    parts[1].replace("/{prefix}", "")
                            .replace("{namespace}", "none")
                            .replace("{table}", "none")
                            .replace("{view}", "none")
                            .replace("{plan-id}", "none");
            HttpResponse<String> answer = send(parts[0], up.catalog() + path, "{}");
            assertTrue(
                    answer.statusCode() < 500
                            && answer.statusCode() != 405
                            && !answer.body().contains("NoSuchEndpoint"),
                    each + " is advertised and not served: " + answer);
        }
        for (String each :
                List.of(
                        "GET /v1/functions",
                        "POST /v1/namespaces/none/tables/none/unregister",
                        "PUT /v1/namespaces",
                        "PATCH /v1/namespaces/none/tables/none",
                        "GET /v1/namespaces/none/functions",
                        "GET /v2/namespaces")) {
            String[] parts = each.split(" ", 2);
            HttpResponse<String> answer = send(parts[0], up.catalog() + parts[1], "{}");
            assertTrue(Set.of(404, 405).contains(answer.statusCode()), each + ": " + answer);
        }
    }

    @Test
    void aKeyMakesAChangeOnce() throws Exception {
        String body = "{\"namespace\":[\"" + namespace.level(0) + "\",\"once\"]}";
        String key = UUID.randomUUID().toString();
        String path = up.catalog() + "/v1/namespaces";
        for (int i = 0; i < 2; i++) {
            assertEquals(200, send("POST", path, body, "Idempotency-Key", key).statusCode());
        }
        assertEquals(
                422,
                send("POST", path, body.replace("once", "other"), "Idempotency-Key", key)
                        .statusCode());
        assertEquals(409, send("POST", path, body).statusCode());
    }

    @Test
    void strangersAreNobody() throws Exception {
        for (String authorization :
                List.of("", "Bearer x", "Bearer a.b.c", "Basic eDp5", "AWS4-HMAC-SHA256 x")) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(up.catalog() + "/v1/namespaces"));
            if (!authorization.isEmpty()) {
                request.header("Authorization", authorization);
            }
            try (HttpClient client = HttpClient.newHttpClient()) {
                assertEquals(
                        401,
                        client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                                .statusCode());
            }
        }
    }

    /** Each writer has a client of its own, which reads anew when it was too late. */
    @Test
    void manyWritersLoseNothing() throws Exception {
        catalog.buildTable(named("busy"), SCHEMA)
                .withProperty("commit.retry.num-retries", "200")
                .withProperty("commit.retry.min-wait-ms", "5")
                .withProperty("commit.retry.max-wait-ms", "100")
                .create();
        int writers = 8;
        int each = 3;
        try (ExecutorService all = Executors.newFixedThreadPool(writers)) {
            List<Future<?>> waiting = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                int own = writer;
                waiting.add(
                        all.submit(() -> {
                            Table table = catalog.loadTable(named("busy"));
                            for (int i = 0; i < each; i++) {
                                DataFile file =
                                        file(
                                                table,
                                                own + "-" + i,
                                                "x".getBytes(StandardCharsets.UTF_8));
                                table.newFastAppend().appendFile(file).commit();
                            }
                            return own;
                        }));
            }
            for (Future<?> one : waiting) {
                one.get();
            }
        }
        assertEquals(writers * each, files(catalog.loadTable(named("busy"))));
    }

    // ---- plain HTTP ----

    private JsonNode call(String method, String path, String body, int status) throws IOException {
        return ask(
                method, up.catalog() + "/v1/namespaces/" + namespace.level(0) + path, body, status);
    }

    private JsonNode ask(String method, String url, String body, int status) throws IOException {
        HttpResponse<String> answer = send(method, url, body);
        assertEquals(status, answer.statusCode(), () -> method + " " + url + ": " + answer.body());
        return new ObjectMapper().readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    private HttpResponse<String> send(String method, String url, String body, String... headers) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .header("Authorization", "Bearer " + token(client));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String token(HttpClient client) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(up.catalog() + "/v1/oauth/tokens"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        "grant_type=client_credentials&client_id="
                                                + up.accessKey()
                                                + "&client_secret="
                                                + java.net.URLEncoder.encode(
                                                        up.secret(), StandardCharsets.UTF_8)))
                        .build();
        return new ObjectMapper()
                .readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .get("access_token")
                .textValue();
    }
}
