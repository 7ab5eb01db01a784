package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.domicile.guard.TestIssuer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's own client, logged in with tokens of an issuer (SASL OAUTHBEARER). */
@Timeout(120)
class TokenLoginsTest {
    private static final String STREAM = "water.levels";
    private static final String GAUGE = "gauge-7";

    @TempDir static Path above;
    private static Rig rig;
    private static Cloud cloud;
    private static TestIssuer issuer;

    /** One server and one issuer for all of them: what a test takes away is its own. */
    @BeforeAll
    static void open() throws IOException {
        rig = new Rig(above);
        cloud = rig.open("kafka.listen=127.0.0.1:0");
        issuer = new TestIssuer();
        target("id", issuer.url());
        role("gauges", "id", "tests", "gauge-*");
        done("stream", "create", STREAM, "--partitions", "1");
    }

    @AfterAll
    static void close() {
        issuer.close();
        cloud.close();
    }

    private static Rig.Ran done(String... arguments) {
        Rig.Ran ran = rig.run(arguments);
        assertEquals(0, ran.code(), ran.err());
        return ran;
    }

    private static void target(String name, String url) {
        done("target", "create", name, url, "--zone", "home", "--network", "127.0.0.0/8");
    }

    private static void role(String name, String issuer, String audience, String subject)
            throws IOException {
        Path all = above.resolve(name + ".cedar");
        Files.writeString(
                all,
                """
                permit (
                  principal,
                  action in
                    [
                      Action::"streams:ListStreams",
                      Action::"streams:DescribeStream",
                      Action::"streams:Publish",
                      Action::"streams:Poll",
                      Action::"streams:UseName"
                    ],
                  resource
                );
                """);
        done(
                "role",
                "create",
                name,
                all.toString(),
                "--purpose",
                "first-steps",
                "--issuer",
                issuer,
                "--audience",
                audience,
                "--subject",
                subject);
    }

    /** A token of some seconds. */
    private static String token(long seconds) {
        return issuer.token("r", GAUGE, Instant.now().plusSeconds(seconds));
    }

    /** One of another audience, and so of another role. */
    private static String renewing(long seconds) {
        return issuer.token("r", claims(issuer.url(), GAUGE, "\"renewing\"", seconds));
    }

    private static String claims(String issuer, String subject, String audiences, long seconds) {
        return "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":%s,\"exp\":%d}"
                .formatted(
                        issuer,
                        subject,
                        audiences,
                        Instant.now().plusSeconds(seconds).getEpochSecond());
    }

    /** Gives a client the tokens that a test wants it to have. Public because Kafka makes it. */
    public static final class Tokens implements AuthenticateCallbackHandler {
        static final Map<String, Supplier<String>> GIVEN = new ConcurrentHashMap<>();
        private String name = "";

        /** For Kafka. */
        public Tokens() {}

        @Override
        public void configure(
                Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
            name = String.valueOf(configs.get("test.tokens"));
        }

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            for (Callback each : callbacks) {
                if (each instanceof OAuthBearerTokenCallback wanted) {
                    Supplier<String> given = GIVEN.get(name);
                    wanted.token(new Given(given == null ? "" : given.get()));
                }
            }
        }

        @Override
        public void close() {}
    }

    /** A token as the client sees it; when it ends, the client finds out from the server. */
    private record Given(String value) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public long lifetimeMs() {
            return System.currentTimeMillis() + 2_000;
        }

        @Override
        public String principalName() {
            return "client";
        }

        @Override
        public @Nullable Long startTimeMs() {
            return null;
        }
    }

    private static Map<String, Object> client(String name, Supplier<String> tokens)
            throws IOException {
        Tokens.GIVEN.put(name, tokens);
        Endpoints server = Endpoints.on(new Folder(rig.data()));
        URI url = URI.create(server.urls().getOrDefault("kafka", ""));
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", url.getHost() + ":" + url.getPort());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "OAUTHBEARER");
        // with its name, since clients at one time whose settings are the same share their tokens
        settings.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
                        + " client=\"%s\";".formatted(name));
        settings.put("sasl.login.callback.handler.class", Tokens.class.getName());
        settings.put("sasl.login.refresh.min.period.seconds", "0");
        settings.put("sasl.login.refresh.buffer.seconds", "0");
        settings.put("sasl.login.refresh.window.factor", "0.5");
        settings.put("test.tokens", name);
        settings.put("max.block.ms", "20000");
        settings.put("enable.metrics.push", "false");
        return settings;
    }

    private static KafkaProducer<byte[], byte[]> producer(String name, Supplier<String> tokens)
            throws IOException {
        return new KafkaProducer<>(
                client(name, tokens), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void publish(KafkaProducer<byte[], byte[]> producer, String value)
            throws Exception {
        publish(producer, STREAM, value);
    }

    private static void publish(KafkaProducer<byte[], byte[]> producer, String stream, String value)
            throws Exception {
        producer.send(new ProducerRecord<>(stream, value.getBytes(UTF_8)))
                .get(20, TimeUnit.SECONDS);
    }

    private static List<Json.Row> uses(String action) throws IOException {
        return done("uses", "--last", "1h", "--json").rows().stream()
                .filter(each -> each.text("action").equals(action))
                .toList();
    }

    /** Each waits for as long as tokens last, or an issuer may take. */
    @Test
    void tokensEndAndIssuersMayBeSilent() throws Exception {
        Together.run(
                TokenLoginsTest::aTokenLetsItsBearerInUntilItEndsAndTheNextGoesOn,
                TokenLoginsTest::whoShowsNoTokenAnyMoreIsCutOff,
                TokenLoginsTest::anIssuerThatDoesNotAnswerKeepsNobodyWaitingForLong);
    }

    private static void aTokenLetsItsBearerInUntilItEndsAndTheNextGoesOn() throws Exception {
        String stream = "water.renewed";
        role("renewing", "id", "renewing", "gauge-*");
        done("stream", "create", stream, "--partitions", "1");
        int sent = 0;
        long begun = System.nanoTime();
        // each token lasts three seconds: the connection outlives the first by showing others
        try (KafkaProducer<byte[], byte[]> producer = producer("renewed", () -> renewing(3))) {
            publish(producer, stream, "r" + sent++);
            long end = System.nanoTime() + Duration.ofMillis(3_200).toNanos();
            while (System.nanoTime() < end) {
                publish(producer, stream, "r" + sent++);
            }
        }
        List<Json.Row> sessions =
                uses("sts:AssumeRoleWithWebIdentity").stream()
                        .filter(each -> each.text("object").startsWith("main/renewing/"))
                        .toList();
        long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
        long most = 2 + seconds * 2 / 3; // a token is shown again after some two seconds
        assertTrue(sessions.size() > 1 && sessions.size() <= most, sessions::toString);
        Map<String, Object> settings = client("reader", () -> renewing(600));
        settings.put("group.id", "gauges");
        settings.put("auto.offset.reset", "earliest");
        settings.put("fetch.max.wait.ms", "50"); // else its close waits for the last one
        Set<String> values = new TreeSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(stream));
            long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < sent && System.nanoTime() < patience) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(500))) {
                    values.add(new String(each.value(), UTF_8));
                }
            }
        }
        assertEquals(sent, values.size());
        for (Json.Row each : sessions) {
            assertEquals("main/first-steps", each.text("purpose"), each::line);
        }
        assertNotEquals(0, uses("streams:Publish").size());
        assertNotEquals(0, uses("streams:Poll").size());
    }

    private static void whoShowsNoTokenAnyMoreIsCutOff() throws Exception {
        String only = token(3);
        Map<String, Object> settings = client("kept", () -> only);
        settings.put("request.timeout.ms", "1000");
        settings.put("delivery.timeout.ms", "1500");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        boolean cut = false;
        try {
            publish(producer, "in time");
            while (!cut && System.nanoTime() < patience) {
                publish(producer, "more");
            }
        } catch (ExecutionException e) {
            cut = true;
        } finally {
            producer.close(Duration.ZERO);
        }
        assertTrue(cut, "no end came");
        isRefused("again", only, "has expired");
    }

    private static void isRefused(String name, String token, String why) throws IOException {
        try (KafkaProducer<byte[], byte[]> producer = producer(name, () -> token)) {
            Exception told =
                    assertThrows(
                            SaslAuthenticationException.class,
                            () -> producer.partitionsFor(STREAM));
            assertTrue(
                    String.valueOf(told.getMessage()).contains(why),
                    () -> why + ": " + told.getMessage());
        }
    }

    @Test
    void whatIsNoGoodTokenIsRefusedWithASentence() throws Exception {
        role("doubled", "id", "two", "gauge-*");
        role("doubles", "id", "two", "gauge-7");
        int before = uses("sts:AssumeRoleWithWebIdentity").size();
        record Case(String part, String token) {}
        List<Case> cases =
                List.of(
                        new Case("no signed token", "none"),
                        new Case(
                                "no role trusts its issuer",
                                issuer.token(
                                        "r", claims("https://x.example", GAUGE, "\"tests\"", 60))),
                        new Case(
                                "another audience",
                                issuer.token("r", claims(issuer.url(), GAUGE, "\"more\"", 60))),
                        new Case(
                                "does not trust you",
                                issuer.token("r", claims(issuer.url(), "desk-1", "\"tests\"", 60))),
                        new Case("has expired", token(-5)),
                        new Case(
                                "More than one role",
                                issuer.token("r", claims(issuer.url(), GAUGE, "\"two\"", 60))),
                        new Case(
                                "More than one role",
                                issuer.token(
                                        "r",
                                        claims(issuer.url(), GAUGE, "[\"tests\",\"two\"]", 60))));
        Together.run(
                cases.stream()
                        .map(each ->
                                (Together.Part)
                                        () ->
                                                isRefused(
                                                        "case " + cases.indexOf(each),
                                                        each.token(),
                                                        each.part()))
                        .toArray(Together.Part[]::new));
        assertEquals(before, uses("sts:AssumeRoleWithWebIdentity").size());
    }

    /** It takes connections and says nothing: others are served meanwhile. */
    private static void anIssuerThatDoesNotAnswerKeepsNobodyWaitingForLong() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + silent.getLocalPort() + "/realm";
            target("silent", url);
            role("waiting", "silent", "tests", "gauge-*");
            isRefused(
                    "silent",
                    issuer.token("r", claims(url, GAUGE, "\"tests\"", 60)),
                    "has not answered yet");
        }
    }

    @Test
    void aRoleThatIsRemovedCutsWhoActsInIt() throws Exception {
        role("short", "id", "cuts", "gauge-*");
        String token = issuer.token("r", claims(issuer.url(), GAUGE, "\"cuts\"", 600));
        try (KafkaProducer<byte[], byte[]> producer = producer("cut", () -> token)) {
            publish(producer, "before");
            done("role", "remove", "short");
            ExecutionException refused =
                    assertThrows(ExecutionException.class, () -> publish(producer, "after"));
            assertTrue(refused.getCause() instanceof AuthorizationException, refused::toString);
        }
    }
}
