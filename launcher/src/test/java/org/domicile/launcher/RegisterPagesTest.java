package org.domicile.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.domicile.bytes.Disk;
import org.domicile.launcher.Rig.Ran;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Purposes, labels, the register's pages and the report, on a whole server. */
@Timeout(120)
class RegisterPagesTest {
    /** The machine's time, put forward. */
    private static final class Ahead extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final Ahead time = new Ahead();
    private Rig rig;
    private Cloud cloud;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void open(@TempDir Path folder) throws IOException {
        rig = new Rig(folder);
        cloud = Cloud.open(rig.data(), rig.settings(), Disk.real(), time, new SecureRandom());
    }

    @AfterEach
    void close() {
        client.close();
        cloud.close();
    }

    private Ran done(String... arguments) {
        Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private HttpResponse<String> get(String path, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(cloud.endpoints().urls().get("web") + path))
                        .timeout(Duration.ofSeconds(20));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private String shown(String path, String part) throws IOException, InterruptedException {
        Instant end = Instant.now().plusSeconds(30);
        while (true) {
            String body = get(path).body();
            if (body.contains(part)) {
                return body;
            }
            assertTrue(Instant.now().isBefore(end), () -> "no " + part + " in " + body);
            LockSupport.parkNanos(100_000_000L);
        }
    }

    private void flood() {
        done(
                "purpose",
                "create",
                "flood",
                "--kind",
                "emergency",
                "--text",
                "Warning of floods",
                "--text-ar",
                "التحذير من الفيضانات",
                "--owner",
                "Water office",
                "--legal-basis",
                "Water Act",
                "--class",
                "location,contact",
                "--allow",
                "s3:Get*,s3:List*",
                "--expires",
                "2098-12-31");
    }

    @Test
    void aPurposeIsDeclaredChangedAndShown() throws Exception {
        assertTrue(done("purpose", "kinds").out().contains("DECLINED"));
        assertTrue(done("label", "classes").out().contains("pd:Health"));
        flood();
        Json.Row row = done("purpose", "show", "flood", "--json").rows().getFirst();
        assertEquals("dpv:ProtectionOfPublicSecurity", row.text("term"));
        assertEquals("home", row.texts("zones").getFirst());
        done(
                "purpose",
                "change",
                "flood",
                "--contact",
                "floods@city.example",
                "--algorithm",
                "rule-based,predictive,limited");
        assertTrue(done("purpose", "show", "main/flood").out().contains("floods@city.example"));
        Ran declined =
                rig.run(
                        "purpose",
                        "create",
                        "watch",
                        "--kind",
                        "person-tracking",
                        "--text",
                        "t",
                        "--owner",
                        "o",
                        "--legal-basis",
                        "b",
                        "--expires",
                        "2098-12-31");
        assertEquals(1, declined.code());
        assertTrue(declined.err().contains("does not track people"), declined.err());
        Ran wider =
                rig.run(
                        "purpose",
                        "create",
                        "part",
                        "--kind",
                        "emergency",
                        "--text",
                        "t",
                        "--owner",
                        "o",
                        "--legal-basis",
                        "b",
                        "--parent",
                        "flood",
                        "--expires",
                        "2098-12-31");
        assertEquals(1, wider.code());
        assertTrue(wider.err().contains("would be wider"), wider.err());

        String page = shown("/register/purposes/main/flood", "/register/proof/");
        assertTrue(page.contains("Warning of floods"), page);
        HttpResponse<String> arabic =
                get("/register/purposes/main/flood", "Accept-Language", "ar, en;q=0.5");
        assertTrue(arabic.body().contains("dir=\"rtl\""), arabic.body());
        assertTrue(arabic.body().contains("التحذير من الفيضانات"), arabic.body());
        assertEquals("ar", arabic.headers().firstValue("Content-Language").orElse(""));
        assertTrue(
                arabic.headers()
                        .firstValue("Content-Security-Policy")
                        .orElse("")
                        .startsWith("default-src 'none'; style-src 'self'"));
        assertFalse(arabic.body().contains("<script"));
        String json = get("/register/index.json").body();
        assertTrue(json.contains("\"id\":\"main/flood\""), json);
        assertFalse(json.contains("Ada"), json);
        String proof = page.replaceAll("(?s).*href=\"(/register/proof/[0-9]+)\".*", "$1");
        HttpResponse<String> proved = get(proof);
        assertEquals(200, proved.statusCode());
        assertTrue(proved.body().startsWith("c2sp.org/tlog-proof@v1\n"), proved.body());
        assertEquals(404, get("/register/proof/99999999").statusCode());
        assertEquals(404, get("/register/purposes/main/none").statusCode());
        assertEquals(301, get("/register").statusCode());
        for (String file :
                new String[] {"dpv.jsonld", "dcat.jsonld", "article30.csv", "algorithms.json"}) {
            HttpResponse<String> export = get("/register/export/" + file);
            assertEquals(200, export.statusCode(), file);
            assertTrue(export.body().contains("main/flood"), file);
        }
        assertEquals(200, get("/register/kinds?lang=ar").statusCode());
        assertEquals(200, get("/register/style.css").statusCode());
    }

    /** A figure, the entries it was added up from, and the proof of one that holds it. */
    @Test
    void aUseIsCountedOnThePageWithinTwoMinutes() throws Exception {
        done("bucket", "create", "gauges");
        time.ahead = Duration.ofMinutes(1);
        Instant begun = Instant.now();
        String json =
                shown(
                        "/register/purposes/installation/administration.json",
                        "\"action\":\"admin:CreateBucket\"");
        assertTrue(Duration.between(begun, Instant.now()).compareTo(Duration.ofSeconds(60)) < 0);
        assertTrue(json.contains("\"drift\":[]"), json);
        String day = json.replaceAll("(?s).*?\"day\":\"([0-9-]+)\".*", "$1");
        String place = "/register/purposes/installation/administration/" + day;
        String sources = get(place + ".json").body();
        String index = sources.replaceAll("(?s).*\"entries\":\\[([0-9]+).*", "$1");
        String proof = get("/register/proof/" + index).body();
        String entry =
                new String(
                        Base64.getDecoder()
                                .decode(proof.replaceAll("(?s).*?\nextra (\\S+)\n.*", "$1")),
                        StandardCharsets.UTF_8);
        assertTrue(entry.contains("\"kind\":\"counts\""), entry);
        assertTrue(entry.contains("installation/administration"), entry);
        String page = get(place + "?lang=ar").body();
        assertTrue(page.contains("href=\"/register/proof/" + index + "\""), page);
        assertTrue(get("/register/?lang=ar").body().contains("سجل الأغراض"));
    }

    @Test
    void labelsAreSaidListedAndTakenAway() throws Exception {
        done("bucket", "create", "gauges");
        done(
                "label",
                "s3://gauges/raw/",
                "--classes",
                "household",
                "--prohibit",
                "statistics,first-steps");
        assertTrue(done("label", "list").out().contains("s3://gauges/raw/"));
        Json.Row known = done("label", "show", "s3://gauges/raw/1", "--json").rows().getFirst();
        assertEquals(
                java.util.List.of("main/first-steps", "statistics"),
                known.row("together").texts("prohibited"));
        assertTrue(done("label", "show", "s3://gauges/other").out().contains("carried"));
        done("label", "s3://gauges/raw/", "--remove");
        assertTrue(done("label", "list").out().contains("no labels"));
        assertEquals(1, rig.run("label", "s3://nowhere/", "--classes", "open").code());
        assertEquals(2, rig.run("label", "gauges", "--classes", "open").code());
        assertEquals(2, rig.run("label", "s3://gauges/").code());
    }

    /** An outsider's copy of the log's files makes the report that the operator's own makes. */
    @Test
    void theReportIsTheSameFromACopy(@TempDir Path elsewhere) throws Exception {
        flood();
        cloud.close(); // everything is counted and published
        Path copy = elsewhere.resolve("copy");
        Path log = rig.data().resolve("ledger/public");
        try (Stream<Path> files = Files.walk(log)) {
            for (Path each : files.toList()) {
                Path to = copy.resolve(log.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(each, to);
                }
            }
        }
        String month = YearMonth.now(ZoneOffset.UTC).toString();
        Ran own = done("report", "--month", month);
        Ran other = Rig.command("report", "--month", month, "--from", copy.toString());
        assertEquals(0, other.code(), other.err());
        assertEquals(own.out(), other.out());
        assertTrue(own.out().contains("| main/flood | emergency | registered |"), own.out());
        assertTrue(own.out().contains("installation/administration"), own.out());
        Ran json = Rig.command("report", "--json", "--month", month, "--from", copy.toString());
        assertTrue(json.out().contains("\"purpose\":\"main/flood\""), json.out());
        assertEquals(2, Rig.command("report", "--month", "November").code());
        Ran none = Rig.command("report", "--month", month, "--from", elsewhere.toString());
        assertEquals(1, none.code());
        assertTrue(none.err().contains("no copy of a public log"), none.err());
    }
}
