package org.domicile.s3client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.domicile.outbound.Call;
import org.domicile.outbound.Outbound;
import org.domicile.outbound.Site;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is asked twice and what is not, and what is not asked at all, before a scripted server. */
@Timeout(30)
class RemoteBucketTest {
    /** An answer that the server will give. */
    private record Scripted(int status, String location, String body) {}

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> paused = new ArrayList<>();
    private volatile Iterator<Scripted> script = Collections.emptyIterator();
    private HttpServer server;
    private RemoteBucket bucket;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                    Scripted next = script.next();
                    byte[] body = next.body().getBytes(StandardCharsets.UTF_8);
                    if (!next.location().isEmpty()) {
                        exchange.getResponseHeaders().add("Location", next.location());
                    }
                    exchange.sendResponseHeaders(
                            next.status(), body.length == 0 ? -1 : body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        bucket =
                new RemoteBucket(
                        Outbound.open().link(new Site(url, List.of("127.0.0.0/8"))),
                        "old",
                        new S3Signature("key", "secret", "us-east-1"),
                        () -> Instant.parse("2026-01-01T00:00:00Z"),
                        paused::add);
    }

    @AfterEach
    void end() {
        bucket.close();
        server.stop(0);
    }

    private void answers(Scripted... answers) {
        script = List.of(answers).iterator();
    }

    private static Scripted error(int status, String code) {
        return new Scripted(status, "", "<Error><Code>" + code + "</Code></Error>");
    }

    @Test
    void whatMayPassIsAskedAgainWithPauses() throws RemoteFailure {
        answers(
                error(503, "SlowDown"),
                error(500, "InternalError"),
                error(429, "TooMany"),
                new Scripted(200, "", "<X/>"));
        assertEquals(
                "<X/>", new String(bucket.setting("cors").orElseThrow(), StandardCharsets.UTF_8));
        assertEquals(List.of(1, 2, 3), paused);
        assertEquals(Collections.nCopies(4, "GET /old?cors"), asked);
    }

    @Test
    void afterAWhileItIsAFailure() {
        answers(Collections.nCopies(9, error(503, "SlowDown")).toArray(Scripted[]::new));
        RemoteFailure thrown = assertThrows(RemoteFailure.class, () -> bucket.setting("cors"));
        assertEquals("SlowDown", thrown.code());
        assertEquals(Pauses.MOST, paused.size());
    }

    /** Its answer may be lost and not the write. */
    @Test
    void aWriteIsNotRepeated() {
        answers(error(503, "SlowDown"), error(503, "SlowDown"));
        assertThrows(
                RemoteFailure.class,
                () -> bucket.put("k", Map.of(), Call.Sending.of(new byte[] {1})));
        assertThrows(RemoteFailure.class, () -> bucket.delete("k"));
        assertEquals(List.of("PUT /old/k", "DELETE /old/k"), asked);
    }

    @Test
    void whatIsNotSetIsNothingAndWhatIsNotAllowedIsAFailure() throws RemoteFailure {
        answers(
                error(404, "NoSuchCORSConfiguration"),
                error(403, "AccessDenied"),
                error(404, "NoSuchBucket"));
        assertTrue(bucket.setting("cors").isEmpty());
        assertEquals(403, assertThrows(RemoteFailure.class, () -> bucket.setting("cors")).status());
        assertThrows(RemoteFailure.class, () -> bucket.setting("cors"));
    }

    @Test
    void aRedirectIsNotFollowed() {
        answers(new Scripted(307, "http://169.254.169.254/", ""));
        RemoteFailure thrown = assertThrows(RemoteFailure.class, () -> bucket.setting("cors"));
        assertTrue(String.valueOf(thrown.getMessage()).contains("redirect"), thrown::toString);
        assertEquals(1, asked.size());
    }

    /** Some servers would take it for another bucket. */
    @Test
    void aNameWithDotsIsNotAskedFor() {
        for (String name : List.of("../other/k", "a/../../other", "a/./b", "..")) {
            assertThrows(
                    RemoteFailure.class,
                    () -> bucket.put(name, Map.of(), Call.Sending.NOTHING),
                    name);
        }
        assertEquals(List.of(), asked);
    }

    @Test
    void aListingThatDoesNotGoOnIsAFailure() throws RemoteFailure {
        Scripted page =
                new Scripted(
                        200,
                        "",
                        "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
                            + "</ListVersionsResult>");
        answers(page, page);
        VersionPage first = bucket.versions("", "");
        assertThrows(
                RemoteFailure.class,
                () -> bucket.versions(first.afterName(), first.afterVersion()));
        assertEquals("GET /old?encoding-type=url&key-marker=k&versions", asked.getLast());
    }

    /** Every answer has an end here, whatever the other side has to say. */
    @Test
    void whatIsTooLongIsNotTakenIn() throws RemoteFailure {
        String long64 = "<Message>" + "m".repeat(65 << 10) + "</Message>";
        answers(
                new Scripted(400, "", "<Error><Code>X</Code>" + long64 + "</Error>"),
                new Scripted(200, "", "<Tagging>" + "x".repeat(65 << 10) + "</Tagging>"),
                new Scripted(200, "", "<C>" + "x".repeat(1 << 20) + "</C>"),
                new Scripted(200, "", "<ListVersionsResult>" + "x".repeat(4 << 20)),
                new Scripted(
                        200,
                        "",
                        "<ListVersionsResult>" + "<a/>".repeat(33_000) + "</ListVersionsResult>"));
        RemoteFailure thrown = assertThrows(RemoteFailure.class, () -> bucket.setting("cors"));
        assertEquals(400, thrown.status());
        assertEquals("", thrown.code(), "what it would have said is not read to its end");
        RemoteVersion version =
                new RemoteVersion("k", "1", RemoteVersion.Kind.OBJECT, true, Instant.EPOCH, "e", 1);
        // Who does not know the sub-resource answers with the object.
        assertTrue(bucket.detail(version, "tagging", "Tagging").isEmpty());
        thrown = assertThrows(RemoteFailure.class, () -> bucket.setting("cors"));
        assertTrue(thrown.said().contains("more than 1024 KiB"), thrown::said);
        thrown = assertThrows(RemoteFailure.class, () -> bucket.versions("", ""));
        assertTrue(thrown.said().contains("more than 4096 KiB"), thrown::said);
        assertThrows(RemoteFailure.class, () -> bucket.versions("", ""));
        assertEquals(List.of(), paused);
    }

    /** A part takes the place of one with its number, so asking twice does no harm. */
    @Test
    void aPartIsAskedForAgain() throws RemoteFailure {
        answers(error(503, "SlowDown"), new Scripted(200, "", ""));
        bucket.part("k", "u", 1, Map.of(), Call.Sending.of(new byte[] {1}));
        assertEquals(List.of(1), paused);
        assertEquals(2, asked.size());
    }

    /** What strangers write goes into reports: one line, and not too long. */
    @Test
    void whatTheOtherSideSaysIsKeptShort() {
        answers(
                new Scripted(
                        400,
                        "",
                        "<Error><Code>X</Code><Message>"
                                + "b\n".repeat(999)
                                + "</Message></Error>"));
        String sentence =
                String.valueOf(
                        assertThrows(RemoteFailure.class, () -> bucket.setting("cors"))
                                .getMessage());
        assertTrue(sentence.length() < 400 && sentence.indexOf('\n') < 0, sentence);
    }
}
