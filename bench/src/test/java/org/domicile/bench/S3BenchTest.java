package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command from end to end, against a server that keeps objects in a map. */
class S3BenchTest {
    private static final int PAGE = 1_000;
    private final ConcurrentSkipListMap<String, byte[]> stored = new ConcurrentSkipListMap<>();

    private void handle(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readAllBytes();
        byte[] answer = new byte[0];
        int status = 200;
        if (exchange.headers().first("Authorization").isEmpty()) {
            status = 403;
        } else if (exchange.method().equals("PUT")) {
            stored.put(exchange.rawPath(), body);
        } else if (exchange.method().equals("DELETE")) {
            stored.remove(exchange.rawPath());
            status = 204;
        } else if (exchange.rawQuery().contains("list-type=2")) {
            answer = page(exchange).getBytes(UTF_8);
        } else if (stored.containsKey(exchange.rawPath())) {
            answer = stored.get(exchange.rawPath());
        } else {
            status = 404;
        }
        exchange.respond(status, new Headers(), ByteBuffer.wrap(answer));
    }

    /** A token with characters that have to be encoded on the wire. */
    private String page(Exchange exchange) {
        String from = exchange.rawPath() + "/";
        String query = exchange.rawQuery();
        if (query.startsWith("continuation-token=a%2B%2F%3D")) {
            from += query.substring("continuation-token=a%2B%2F%3D".length(), query.indexOf('&'));
        }
        List<String> keys =
                stored.tailMap(from, false).keySet().stream()
                        .filter(key -> key.startsWith(exchange.rawPath() + "/"))
                        .limit(PAGE)
                        .toList();
        StringBuilder xml = new StringBuilder("<ListBucketResult>");
        keys.forEach(key -> xml.append("<Contents><Key>").append(key).append("</Key></Contents>"));
        if (keys.size() == PAGE) {
            xml.append("<NextContinuationToken>a+/=")
                    .append(keys.getLast().substring(exchange.rawPath().length() + 1))
                    .append("</NextContinuationToken>");
        }
        return xml.append("</ListBucketResult>").toString();
    }

    @Test
    void measuresAServerBesideAPeerAndBare(@TempDir Path folder) throws IOException {
        try (HttpServer server =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("s3", "127.0.0.1", 0),
                                        this::handle)))) {
            String url = "http://127.0.0.1:" + server.port("s3");
            CommandLine main = Main.commandLine();
            assertEquals(
                    0,
                    main.execute(
                            "s3",
                            "--json",
                            "--url",
                            url,
                            "--access",
                            "a",
                            "--secret",
                            "b",
                            "--peer",
                            url,
                            "--peer-name",
                            "itself",
                            "--peer-access",
                            "a",
                            "--peer-secret",
                            "b",
                            "--seconds",
                            "0.1",
                            "--rounds",
                            "1",
                            "--mixed",
                            "--keys",
                            "2500",
                            "--sizes",
                            "4 KiB,1 MiB",
                            "--connections",
                            "4",
                            "--warm",
                            "0.2",
                            "--folder",
                            folder.toString()));
            assertEquals(
                    2_500 * 16L,
                    stored.entrySet().stream()
                            .filter(each -> each.getKey().contains("-list/"))
                            .mapToLong(each -> each.getValue().length)
                            .sum());
            assertEquals(2, main.execute("s3", "--peer-name", "nobody"), "a peer needs its URL");
        }
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
