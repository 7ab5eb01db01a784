package org.domicile.launcher;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.domicile.s3client.S3Signature;

/**
 * As much of the Iceberg REST catalog as our commands need, with what is ours of it. Each request
 * is signed by one credential, so each is a use of whoever has it, under its purpose.
 */
final class CatalogClient implements AutoCloseable {
    private static final int LARGEST_ANSWER = 256 << 20;

    /** Between levels of a namespace, as the specification has it. */
    private static final String SEPARATOR = "%1F";

    private final ServerHttp server;
    private final ServerHttp.Signing signing;

    /**
     * @param endpoint of the web listener
     * @param ca file of certificates to trust instead of the system's
     */
    CatalogClient(URI endpoint, S3Signature signature, InstantSource clock, Optional<Path> ca) {
        this.server = new ServerHttp(endpoint, ca);
        this.signing = new ServerHttp.Signing(server, signature, clock);
    }

    /** The path of a namespace. */
    static String namespace(List<String> levels) {
        return "namespaces/"
                + String.join(SEPARATOR, levels.stream().map(CatalogClient::part).toList());
    }

    /** The path of a table or view. @param kind tables or views */
    static String entry(DottedName name, String kind) {
        return namespace(name.outer()) + "/" + kind + "/" + part(name.last());
    }

    /** One step of a path, encoded. */
    private static String part(String text) {
        return S3Signature.encode(text, "");
    }

    /** What is asked. @param query names and values */
    record Call(String method, String path, SortedMap<String, String> query, String body) {
        /** Without a body. @param query names and values in turn; empty values are left out */
        static Call of(String method, String path, String... query) {
            SortedMap<String, String> pairs = new TreeMap<>();
            for (int i = 0; i < query.length; i += 2) {
                if (!query[i + 1].isEmpty()) {
                    pairs.put(query[i], query[i + 1]);
                }
            }
            return new Call(method, path, pairs, "");
        }

        /** With one. */
        static Call with(String path, Json.Row body) {
            return new Call("POST", path, new TreeMap<>(), body.line());
        }
    }

    /** An answer; an empty object when there is none. @throws Problem with the server's sentence */
    Json.Row ask(Call call) throws IOException {
        byte[] body = call.body().getBytes(StandardCharsets.UTF_8);
        return server.ask(
                signing.request(
                        call.method(),
                        "/iceberg/v1/" + call.path(),
                        call.query(),
                        Map.of(),
                        body.length == 0 ? S3Client.Payload.nothing() : S3Client.Payload.of(body)),
                LARGEST_ANSWER,
                answer -> answer.row("error").text("message"));
    }

    /**
     * All pages of a list.
     *
     * @param field of an answer that holds the items
     */
    List<Object> all(String path, String field, String... query) throws IOException {
        List<Object> items = new ArrayList<>();
        String next = "";
        do {
            Call call = Call.of("GET", path, query);
            call.query().put("pageSize", "1000");
            call.query().put("pageToken", next);
            Json.Row page = ask(call);
            if (page.fields().get(field) instanceof List<?> list) {
                items.addAll(list);
            }
            next = page.text("next-page-token");
        } while (!next.isEmpty());
        return items;
    }

    @Override
    public void close() {
        server.close();
    }
}
