package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * An Iceberg REST catalog and the files of its tables, asked as Iceberg's own client asks them:
 * OAuth for the catalog, vended credentials for the files. Owned by one thread.
 */
final class CatalogClient implements AutoCloseable {
    private static final Map<String, String> VENDED =
            Map.of("X-Iceberg-Access-Delegation", "vended-credentials");
    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final byte[] NOTHING = {};
    private static final String TABLES = "/iceberg/v1/namespaces/bench/tables";

    private final URI files;
    private final Dialogue catalog;

    /**
     * @param web of the server @param files its S3 endpoint
     */
    private CatalogClient(URI web, URI files, String bearer) throws IOException {
        this.files = files;
        this.catalog =
                new Dialogue(
                        address(web),
                        web.getAuthority(),
                        (_, _, _, _) ->
                                "Host: %s\r\nAuthorization: Bearer %s\r\n"
                                        .formatted(web.getAuthority(), bearer));
    }

    private static InetSocketAddress address(URI at) {
        return new InetSocketAddress(at.getHost(), at.getPort());
    }

    /** With a token of its own, as each client asks for one. */
    static CatalogClient open(Ours ours, Signer.Credential credential) throws IOException {
        URI web = ours.web();
        try (Dialogue asking =
                new Dialogue(
                        address(web),
                        web.getAuthority(),
                        (_, _, _, _) -> "Host: " + web.getAuthority() + "\r\n")) {
            String form =
                    "grant_type=client_credentials&scope=catalog&client_id=%s&client_secret=%s"
                            .formatted(
                                    Signer.encode(credential.access()),
                                    Signer.encode(credential.secret()));
            String answer =
                    asking.ask(
                            "POST",
                            "/iceberg/v1/oauth/tokens",
                            "",
                            Map.of("Content-Type", "application/x-www-form-urlencoded"),
                            form.getBytes(UTF_8));
            return new CatalogClient(web, ours.s3(), text(answer, "access_token"));
        }
    }

    /** The namespace that all tables of a run are in. */
    void createNamespace() throws IOException {
        catalog.ask(
                "POST",
                "/iceberg/v1/namespaces",
                "",
                JSON,
                "{\"namespace\":[\"bench\"],\"properties\":{}}".getBytes(UTF_8));
    }

    /** A table of ten columns. */
    void create(String table) throws IOException {
        StringBuilder fields = new StringBuilder();
        for (int i = 1; i <= 10; i++) {
            fields.append(i == 1 ? "" : ",")
                    .append(
                            "{\"id\":%d,\"name\":\"column_%d\",\"required\":false,\"type\":\"%s\"}"
                                    .formatted(i, i, i % 2 == 0 ? "string" : "long"));
        }
        catalog.ask(
                "POST",
                TABLES,
                "",
                JSON,
                ("{\"name\":\"%s\",\"schema\":{\"type\":\"struct\",\"schema-id\":0,\"fields\":[%s]},"
                     + "\"properties\":{\"format-version\":\"2\"}}")
                        .formatted(table, fields)
                        .getBytes(UTF_8));
    }

    /** The table as it is, with a credential for its files. */
    Loaded load(String table) throws IOException {
        return Loaded.of(catalog.ask("GET", TABLES + "/" + table, "", VENDED, NOTHING));
    }

    /** The table as it is, in the catalog's words. */
    String described(String table) throws IOException {
        return catalog.ask("GET", TABLES + "/" + table, "", JSON, NOTHING);
    }

    /** A plan of a scan of all of it. */
    String planned(String table) throws IOException {
        return catalog.ask("POST", TABLES + "/" + table + "/plan", "", JSON, "{}".getBytes(UTF_8));
    }

    /** Commits; the status is the answer. */
    Dialogue.Reply commit(String table, String change) throws IOException {
        return catalog.send("POST", TABLES + "/" + table, "", JSON, change.getBytes(UTF_8));
    }

    /** Says what was done, as clients do after each commit. */
    void report(String table, String metrics) throws IOException {
        catalog.ask("POST", TABLES + "/" + table + "/metrics", "", JSON, metrics.getBytes(UTF_8));
    }

    /** The files of a table, with what was vended. */
    Dialogue files(Loaded table) throws IOException {
        Signer signer =
                new Signer(table.credential(), table.token(), table.region(), files.getAuthority());
        return new Dialogue(
                address(files),
                files.getAuthority(),
                (method, path, query, payload) ->
                        signer.headers(method, path, query, payload, Instant.now()));
    }

    /**
     * What is needed of a table.
     *
     * @param path of its files on the S3 endpoint, without a slash at its end
     * @param snapshot its current one, or "null" @param manifests the list of that one, or empty
     */
    record Loaded(
            String uuid,
            String location,
            String path,
            String snapshot,
            long sequence,
            String manifests,
            Signer.Credential credential,
            String token,
            String region) {
        static Loaded of(String body) throws IOException {
            String location = text(body, "location");
            String snapshot = number(body, "current-snapshot-id");
            if (snapshot.equals("-1") || snapshot.isEmpty()) {
                snapshot = "null";
            }
            return new Loaded(
                    text(body, "table-uuid"),
                    location,
                    location.substring("s3:/".length()),
                    snapshot,
                    Long.parseLong(number(body, "last-sequence-number")),
                    snapshot.equals("null") ? "" : last(body, "manifest-list"),
                    new Signer.Credential(
                            last(body, "s3.access-key-id"), last(body, "s3.secret-access-key")),
                    last(body, "s3.session-token"),
                    last(body, "client.region"));
        }

        @Override
        public String toString() {
            return location + " at " + snapshot;
        }
    }

    /** The first text of that name in a document of ours, where none needs an escape. */
    private static String text(String body, String name) throws IOException {
        return text(body, name, body.indexOf("\"" + name + "\":\""));
    }

    private static String last(String body, String name) throws IOException {
        return text(body, name, body.lastIndexOf("\"" + name + "\":\""));
    }

    private static String text(String body, String name, int at) throws IOException {
        if (at < 0) {
            throw new IOException("there is no " + name + " in " + body);
        }
        int from = at + name.length() + 4;
        return body.substring(from, body.indexOf('"', from));
    }

    private static String number(String body, String name) {
        int at = body.indexOf("\"" + name + "\":");
        int from = at + name.length() + 3;
        int end = from;
        while (at >= 0 && (body.charAt(end) == '-' || Character.isDigit(body.charAt(end)))) {
            end++;
        }
        return at < 0 ? "" : body.substring(from, end);
    }

    @Override
    public void close() throws IOException {
        catalog.close();
    }
}
