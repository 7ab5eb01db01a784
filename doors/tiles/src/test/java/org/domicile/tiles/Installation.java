package org.domicile.tiles;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.http.BodyOutput;
import org.domicile.http.Exchange;
import org.domicile.http.Headers;
import org.domicile.http.HttpHandler;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.ledger.Statement;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.request.Request;
import org.domicile.verifier.VerifierPage;
import org.junit.jupiter.api.Assertions;

/** The tiles door on a real server, before a whole guard with two organisations. */
final class Installation implements AutoCloseable {
    final Guard guard;
    final Ledger ledger;
    final Administration.Issued main;
    final Administration.Issued city;
    private final Keys keys;
    private final Keyspace keyspace;
    private final HttpServer http;

    Installation(Path folder) throws IOException {
        Path place =
                Files.createDirectory(
                        folder.resolve("keys"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Clock clock = Clock.systemUTC();
        SecureRandom random = new SecureRandom();
        keyspace = Keyspace.inMemory();
        keys =
                Keys.open(
                        new KeyOptions(
                                List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root"))),
                        FolderMark.inMemory(),
                        Disk.real(),
                        random);
        ledger =
                Ledger.open(
                        keyspace,
                        keys.vault(),
                        keys.subjects(),
                        keys.passes(),
                        Disk.real(),
                        clock,
                        random,
                        LedgerOptions.of(
                                folder.resolve("ledger"), "node-1", "test.example/ledger"));
        Policy policy = Policy.open(keyspace, keys.vault(), keys.subjects(), clock);
        Objects objects = Objects.open(keyspace, Blobs.inMemory(keyspace), clock, random);
        guard =
                Guard.open(
                        GuardOptions.in("home"),
                        policy,
                        keys,
                        ledger,
                        objects,
                        People.open(keyspace, keys.vault()),
                        clock,
                        random);
        main = organisation("main");
        city = organisation("city");
        TilesDoor door = new TilesDoor(guard, VerifierPage.html(), clock);
        http =
                HttpServer.open(
                        List.of(
                                listener("web", door),
                                listener(
                                        "far",
                                        exchange -> door.handle(new FromAfar(exchange, false))),
                                listener(
                                        "far-tls",
                                        exchange -> door.handle(new FromAfar(exchange, true)))));
        awaitPublished();
    }

    private static HttpServer.Listener listener(String name, HttpHandler handler) {
        return new HttpServer.Listener(ListenerOptions.plain(name, "127.0.0.1", 0), handler);
    }

    /** A real exchange, as a client on another machine would have it: servers here are local. */
    private record FromAfar(Exchange near, boolean secure) implements Exchange {
        @Override
        public InetSocketAddress client() {
            try {
                return new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 40_000);
            } catch (IOException e) {
                throw new IllegalStateException("four bytes are an address", e);
            }
        }

        @Override
        public String requestId() {
            return near.requestId();
        }

        @Override
        public String method() {
            return near.method();
        }

        @Override
        public String rawPath() {
            return near.rawPath();
        }

        @Override
        public String rawQuery() {
            return near.rawQuery();
        }

        @Override
        public Headers headers() {
            return near.headers();
        }

        @Override
        public long contentLength() {
            return near.contentLength();
        }

        @Override
        public java.io.InputStream body() {
            return near.body();
        }

        @Override
        public void bodyWithin(Duration longest) {
            near.bodyWithin(longest);
        }

        @Override
        public InetSocketAddress local() {
            return near.local();
        }

        @Override
        public String listener() {
            return near.listener();
        }

        @Override
        public void respond(int status, Headers headers, ByteBuffer body) throws IOException {
            near.respond(status, headers, body);
        }

        @Override
        public BodyOutput respond(int status, Headers headers, long length) throws IOException {
            return near.respond(status, headers, length);
        }

        @Override
        public boolean responded() {
            return near.responded();
        }
    }

    Administration administration() {
        Instant now = Instant.now();
        return guard.administration(
                new Request(
                        "r",
                        guard.operator(),
                        "admin",
                        "home",
                        "127.0.0.1",
                        now,
                        now.plusSeconds(60),
                        Optional.empty()));
    }

    /** With one credential that may do everything. */
    private Administration.Issued organisation(String name) {
        Administration administration = administration();
        administration.createOrganisation(name, "home");
        Instant now = Instant.now();
        Instant end = now.plus(Duration.ofDays(9));
        List<String> zones = List.of("home");
        administration.createPurpose(
                new Purpose(name, "air", "Air", "Office", "Act", zones, now, end, false));
        String principal = administration.createPrincipal(name, "Ada").id();
        return administration.createCredential(
                principal, name + "/air", List.of("*"), List.of("*"), Instant.MAX);
    }

    /** Makes the public log grow. */
    void state(int statements) {
        for (int i = 0; i < statements; i++) {
            ledger.state(new Statement("test", Map.of("i", Integer.toString(i)), Map.of()));
        }
        awaitPublished();
    }

    void awaitPublished() {
        await("everything is published", () -> ledger.state().unpublished() == 0);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            Assertions.assertTrue(System.nanoTime() < end, "waited 20 s in vain: " + what);
            LockSupport.parkNanos(1_000_000);
        }
    }

    List<Ledger.Recorded> readings(String organisation) {
        return administration()
                .uses(organisation, new Ledger.Filter(Instant.EPOCH, Instant.MAX, "use/", 1_000))
                .stream()
                .filter(use -> use.action().equals("ledger:ReadLog"))
                .toList();
    }

    /** What a request brought back. */
    record Answered(int status, String head, byte[] bytes) {
        String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    static String basic(Administration.Issued issued) {
        return basic(issued.credential().accessKey() + ":" + issued.secret());
    }

    static String basic(String pair) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    Answered get(String path, String... headers) throws IOException {
        return ask("web", "GET", path, headers);
    }

    Answered ask(String listener, String method, String path, String... headers)
            throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        head.append("Connection: close\r\n\r\n");
        try (SocketChannel channel = SocketChannel.open(http.addresses().get(listener))) {
            channel.write(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.ISO_8859_1)));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            Channels.newInputStream(channel).transferTo(all);
            String text = all.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            return new Answered(
                    Integer.parseInt(text.substring(9, 12)),
                    text.substring(0, end),
                    Arrays.copyOfRange(all.toByteArray(), end + 4, all.size()));
        }
    }

    @Override
    public void close() {
        http.close();
        ledger.close();
        keys.close();
        keyspace.close();
    }
}
