package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** Path and number of each version; a name keeps its last four. */
    private final ConcurrentSkipListSet<String> versions = new ConcurrentSkipListSet<>();

    private final Map<String, Integer> puts = new ConcurrentHashMap<>();

    private void handle(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readAllBytes();
        byte[] answer = new byte[0];
        int status = 200;
        if (exchange.headers().first("Authorization").isEmpty()) {
            status = 403;
        } else if (exchange.method().equals("PUT")) {
            stored.put(exchange.rawPath(), body);
            if (exchange.rawPath().contains("-versions/")) {
                int number = puts.merge(exchange.rawPath(), 1, Integer::sum) % 4;
                versions.add(exchange.rawPath() + " " + number);
            }
        } else if (exchange.method().equals("DELETE")) {
            stored.remove(exchange.rawPath());
            status = 204;
        } else if (exchange.method().equals("POST")) {
            answer = deleted(exchange, new String(body, UTF_8)).getBytes(UTF_8);
        } else if (exchange.rawQuery().contains("list-type=2")) {
            answer = page(exchange).getBytes(UTF_8);
        } else if (exchange.rawQuery().contains("versions=")) {
            answer = versions(exchange).getBytes(UTF_8);
        } else if (stored.containsKey(exchange.rawPath())) {
            answer = stored.get(exchange.rawPath());
        } else {
            status = 404;
        }
        exchange.respond(status, new Headers(), ByteBuffer.wrap(answer));
    }

    private String deleted(Exchange exchange, String document) {
        Matcher keys = Pattern.compile("<Key>([^<]+)</Key>").matcher(document);
        while (keys.find()) {
            if (stored.remove(exchange.rawPath() + "/" + keys.group(1)) == null) {
                return "<Error>" + keys.group(1) + "</Error>";
            }
        }
        return "<DeleteResult></DeleteResult>";
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

    private String versions(Exchange exchange) {
        String from = exchange.rawPath() + "/";
        Matcher markers =
                Pattern.compile("key-marker=([^&]+)&max-keys=1000&version-id-marker=([^&]+)")
                        .matcher(exchange.rawQuery());
        if (markers.find()) {
            from += markers.group(1) + " " + markers.group(2);
        }
        List<String> page = versions.tailSet(from, false).stream().limit(PAGE).toList();
        StringBuilder xml = new StringBuilder("<ListVersionsResult>");
        page.forEach(each -> xml.append("<Version><Key>").append(each).append("</Key></Version>"));
        if (page.size() == PAGE) {
            String[] last =
                    page.getLast().substring(exchange.rawPath().length() + 1).split(" ", -1);
            xml.append("<NextKeyMarker>").append(last[0]).append("</NextKeyMarker>");
            xml.append("<NextVersionIdMarker>").append(last[1]).append("</NextVersionIdMarker>");
        }
        return xml.append("</ListVersionsResult>").toString();
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
                            "--keys",
                            "2500",
                            "--versions",
                            "1100",
                            "--deletes",
                            "1100",
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
            assertEquals(1_100, versions.size());
            assertEquals(
                    0, stored.keySet().stream().filter(key -> key.contains("/doomed/")).count());
            assertEquals(2, main.execute("s3", "--peer-name", "nobody"), "a peer needs its URL");
        }
        try (var left = Files.list(folder)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
