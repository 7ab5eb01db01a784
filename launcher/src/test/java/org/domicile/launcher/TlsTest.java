package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates by configuration, on every TCP listener, and a new one without a restart. */
class TlsTest {
    private static final char[] PASSWORD = "only-a-test".toCharArray();

    @TempDir Path above;

    @Test
    void aCertificateThatChangesIsUsedWithoutARestart() throws Exception {
        Path certificate = above.resolve("chain.pem");
        Path key = above.resolve("key.pem");
        make("first.example", certificate, key);
        Rig rig = new Rig(above);
        try (Cloud cloud =
                rig.open(
                        "tls.certificates=" + certificate,
                        "tls.key=" + key,
                        "admin.listen=127.0.0.1:0",
                        "kafka.listen=127.0.0.1:0",
                        "admin.hosts=localhost")) {
            for (String listener : new String[] {"s3", "web", "admin-tcp"}) {
                String url = cloud.endpoints().urls().getOrDefault(listener, "");
                assertTrue(url.startsWith("https://"), url);
                assertEquals("CN=first.example", subject(url));
            }
            assertEquals(
                    0,
                    rig.run("stream", "create", "levels", "--ca", certificate.toString()).code());
            String kafka = Endpoints.on(new Folder(rig.data())).urls().getOrDefault("kafka", "");
            assertEquals("CN=first.example", subject(kafka));
            publishesAndPolls(rig, kafka, certificate, "PLAIN");
            publishesAndPolls(rig, kafka, certificate, "SCRAM-SHA-256");
            make("second.example", certificate, key);
            String s3 = cloud.endpoints().urls().getOrDefault("s3", "");
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!subject(s3).equals("CN=second.example")) {
                assertTrue(System.nanoTime() < end, "the new certificate was not read");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            while (!subject(kafka).equals("CN=second.example")) {
                assertTrue(System.nanoTime() < end, "Kafka's listener did not read it");
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }
    }

    /** Kafka's own clients, which know the certificate and log in. */
    private static void publishesAndPolls(Rig rig, String kafka, Path trusted, String mechanism)
            throws Exception {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", kafka.substring("kafka://".length()));
        settings.put("security.protocol", "SASL_SSL");
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.location", trusted.toString());
        settings.put("sasl.mechanism", mechanism);
        settings.put("sasl.jaas.config", rig.kafkaLogin(mechanism));
        settings.put("enable.metrics.push", "false");
        settings.put("max.block.ms", "20000");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("levels", mechanism.getBytes(UTF_8)))
                    .get(20, TimeUnit.SECONDS);
        }
        settings.remove("max.block.ms");
        settings.put("group.id", "readers");
        settings.put("auto.offset.reset", "earliest");
        Set<String> values = new TreeSet<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of("levels"));
            long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!values.contains(mechanism) && System.nanoTime() - patience < 0) {
                for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(each.value(), UTF_8));
                }
            }
        }
        assertTrue(values.contains(mechanism), values::toString);
    }

    /** A self-signed certificate by the JDK's own tool, as PEM files. */
    private void make(String name, Path certificate, Path key) throws Exception {
        Path store = above.resolve(name + ".p12");
        Process tool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "it",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        assertTrue(tool.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, tool.exitValue());
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        pem(certificate, "CERTIFICATE", keys.getCertificate("it").getEncoded());
        pem(key, "PRIVATE KEY", keys.getKey("it", PASSWORD).getEncoded());
    }

    private static void pem(Path file, String what, byte[] content) throws IOException {
        String text =
                "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                        .formatted(what, Base64.getMimeEncoder().encodeToString(content), what);
        Path fresh = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), text);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String subject(String url) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        int colon = url.lastIndexOf(':');
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(
                                        url.substring("https://".length(), colon),
                                        Integer.parseInt(url.substring(colon + 1)))) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .toString();
        }
    }

    /** Who is there is what the test asks, so everybody may answer. */
    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
