package org.domicile.rck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The program, started once before the first test and killed after the last. JUnit finds it by its
 * name in {@code META-INF/services}, so that it is there before the kit's own server would be.
 */
public final class OurServer implements BeforeAllCallback {
    private static final long START_SECONDS = 60;

    private static final ExtensionContext.Namespace SPACE =
            ExtensionContext.Namespace.create(OurServer.class);

    /** Where it answers, and who may ask. */
    record Up(Process process, String web, String s3, String accessKey, String secret, Path data)
            implements AutoCloseable {
        String catalog() {
            return web + "/iceberg";
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Up up = of(context);
        Map<String, String> flags =
                Map.ofEntries(
                        Map.entry("rck.local", "false"),
                        Map.entry("rck.requires-namespace-create", "true"),
                        Map.entry("rck.supports-serverside-retry", "true"),
                        Map.entry("rck.supports-names-with-dot", "true"),
                        Map.entry("rck.supports-variant", "true"),
                        Map.entry("rck.overrides-requested-location", "true"),
                        Map.entry("uri", up.catalog()),
                        Map.entry("credential", up.accessKey() + ":" + up.secret()),
                        Map.entry("warehouse", "main"),
                        Map.entry("io-impl", "org.apache.iceberg.aws.s3.S3FileIO"),
                        Map.entry("http-client.type", "urlconnection"),
                        Map.entry("header.X-Iceberg-Access-Delegation", "vended-credentials"));
        flags.forEach(System::setProperty);
    }

    static Up of(ExtensionContext context) {
        return context.getRoot().getStore(SPACE).computeIfAbsent(Up.class, _ -> start(), Up.class);
    }

    private static Up start() {
        try {
            return started();
        } catch (IOException e) {
            throw new IllegalStateException("the program does not start", e);
        }
    }

    private static Up started() throws IOException {
        return started(work(), List.of());
    }

    /** A folder for one server after the other. */
    static Path work() throws IOException {
        Path work = Files.createTempDirectory(Path.of(System.getProperty("domicile.work")), "rck-");
        Files.createDirectory(
                work.resolve("keys"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return work;
    }

    /**
     * A server that is nobody else's.
     *
     * @param flags of its Java
     */
    static Up started(Path work, List<String> flags) throws IOException {
        Path data = work.resolve("data");
        Path file = data.resolve("run/endpoints.json");
        Files.deleteIfExists(file); // of a server that was killed
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(
                List.of(
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        words.addAll(flags);
        words.addAll(
                List.of(
                        "-cp",
                        System.getProperty("domicile.program") + "/*",
                        "org.domicile.launcher.Main",
                        "serve",
                        "--data",
                        data.toString()));
        for (String setting :
                List.of(
                        "s3.listen=127.0.0.1:0",
                        "web.listen=127.0.0.1:0",
                        "sql.listen=127.0.0.1:0",
                        "keys.places=" + work.resolve("keys"),
                        "blobs.segment=16MiB",
                        "limits.disk.reserve=16MiB")) {
            words.addAll(List.of("--set", setting));
        }
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        work.resolve("server.out").toFile()))
                        .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (process.isAlive() && System.nanoTime() < end) {
            Optional<JsonNode> endpoints = json(file);
            if (endpoints.isPresent()) {
                JsonNode urls = endpoints.get().get("endpoints");
                Path first = Path.of(endpoints.get().get("firstCredential").textValue());
                JsonNode credential = json(first).orElseThrow();
                return new Up(
                        process,
                        urls.get("web").textValue(),
                        urls.get("s3").textValue(),
                        credential.get("accessKey").textValue(),
                        credential.get("secret").textValue(),
                        data);
            }
            LockSupport.parkNanos(10_000_000);
        }
        process.destroyForcibly();
        throw new IllegalStateException(
                "the program is not ready: " + Files.readString(work.resolve("server.out")));
    }

    /** Empty while it is not there, or not whole. */
    private static Optional<JsonNode> json(Path file) {
        try {
            return Files.exists(file)
                    ? Optional.of(new ObjectMapper().readTree(Files.readString(file)))
                            .filter(each -> each.isObject())
                    : Optional.empty();
        } catch (IOException half) {
            return Optional.empty();
        }
    }
}
