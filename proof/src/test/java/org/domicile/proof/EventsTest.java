package org.domicile.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server dies between the commit of a change and its telling, by a kill and at its crash
 * points: a webhook is told of every change that there was, and of none that there was not.
 */
@Timeout(180)
class EventsTest {
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");

    @TempDir Path folder;

    private final AtomicBoolean open = new AtomicBoolean();
    private final TreeSet<String> acknowledged = new TreeSet<>();
    private final ConcurrentSkipListSet<String> told = new ConcurrentSkipListSet<>();
    private HttpServer webhook;

    @BeforeEach
    void listen() throws IOException {
        webhook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        webhook.createContext(
                "/",
                exchange -> {
                    String body =
                            new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8);
                    Matcher key = KEY.matcher(body);
                    if (open.get() && key.find()) {
                        told.add(key.group(1));
                    }
                    exchange.sendResponseHeaders(open.get() ? 200 : 503, -1);
                    exchange.close();
                });
        webhook.start();
    }

    @AfterEach
    void hangUp() {
        webhook.stop(0);
    }

    private Server start(String... flags) throws Exception {
        Files.createDirectories(folder.resolve("keys"));
        Server server =
                Server.start(
                        new Server.Start(
                                folder.resolve("data"),
                                List.of(folder.resolve("keys")),
                                folder.resolve("output"),
                                List.of(flags),
                                List.of(),
                                List.of()));
        server.awaitReady();
        return server;
    }

    private static void done(S3Client.Answer answer) {
        assertEquals(200, answer.status(), answer::text);
    }

    /** Puts until so many are acknowledged, or the server has died. */
    private void put(S3Client client, String prefix, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            String name = prefix + i;
            try {
                done(client.send("PUT", "archive/" + name, Map.of(), Map.of(), new byte[] {1}));
                acknowledged.add(name);
            } catch (HttpTimeoutException e) {
                throw e;
            } catch (IOException died) {
                return;
            }
        }
    }

    private void prepare(Server server) throws Exception {
        Operator operator = new Operator(server, folder);
        operator.post(
                "/v1/targets",
                Map.of(
                        "organisation",
                        "main",
                        "name",
                        "hook",
                        "url",
                        "http://127.0.0.1:" + webhook.getAddress().getPort() + "/",
                        "zone",
                        "home",
                        "networks",
                        List.of("127.0.0.0/8")));
        operator.post("/v1/targets/main/hook/secret", Map.of());
        try (S3Client client = server.client()) {
            done(client.send("PUT", "archive", Map.of(), Map.of(), new byte[0]));
            String notification =
                    "<NotificationConfiguration><TopicConfiguration>"
                            + "<Topic>arn:aws:sns:home:main:hook</Topic>"
                            + "<Event>s3:ObjectCreated:*</Event>"
                            + "</TopicConfiguration></NotificationConfiguration>";
            done(
                    client.send(
                            "PUT",
                            "archive",
                            Map.of("notification", ""),
                            Map.of(),
                            notification.getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void everyChangeIsToldThoughTheServerDiesBeforeItIs() throws Exception {
        try (Server server = start()) {
            prepare(server);
            try (S3Client client = server.client()) {
                put(client, "killed-", 20);
            }
            server.kill(); // nothing was told: the webhook is shut
        }
        for (String point : List.of("objects.before-commit:4", "objects.after-commit:4")) {
            try (Server server = start("-Ddomicile.crash=" + point);
                    S3Client client = server.client()) {
                put(client, point.replace(':', '-') + "-", 50);
                assertTrue(server.ended(20_000) != 0, "it died at " + point);
            }
        }
        assertTrue(acknowledged.size() >= 20 && told.isEmpty());
        open.set(true);
        try (Server server = start();
                S3Client client = server.client()) {
            String listed = client.send("GET", "archive", Map.of(), Map.of(), new byte[0]).text();
            TreeSet<String> there = new TreeSet<>();
            Matcher key = Pattern.compile("<Key>([^<]+)</Key>").matcher(listed);
            while (key.find()) {
                there.add(key.group(1));
            }
            assertTrue(there.containsAll(acknowledged), "what was acknowledged is there");
            Await.until("every event is told", () -> told.size() >= there.size());
            assertEquals(there, new TreeSet<>(told));
        }
    }
}
