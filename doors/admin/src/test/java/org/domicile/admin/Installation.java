package org.domicile.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.http.ListenerOptions.Address;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.moves.Moves;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.query.Queries;
import org.domicile.tables.Tables;

/** The admin door on a real server, on a Unix socket and on TCP, before a whole guard. */
final class Installation implements AutoCloseable, Running, Logs {
    /** A check that found one thing, once it was asked for. */
    final Checking checking =
            new Checking() {
                private boolean asked;

                @Override
                public State state() {
                    List<Wrong> wrong =
                            asked
                                    ? List.of(
                                            new Wrong("damaged-body", "b", "k", "v", "rot", "mend"))
                                    : List.of();
                    return new State(
                            asked, Instant.EPOCH, Instant.EPOCH, 1, 2, 3, wrong.size(), wrong);
                }

                @Override
                public State begin() {
                    asked = true;
                    return state();
                }
            };

    static final String TOKEN = "0123456789abcdef0123456789abcdef";

    final CountDownLatch stopped = new CountDownLatch(1);
    final Guard guard;
    private final Ledger ledger;
    private final Keys keys;
    private final Keyspace keyspace;
    private final HttpServer http;
    private final Path socket;

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
        Moves moves = Moves.open(keyspace, keys.vault());
        AdminDoor door =
                new AdminDoor(
                        guard,
                        this,
                        this,
                        checking,
                        request -> guard.moves(request, moves),
                        guard.sql(
                                Queries.none("no SQL in this test"),
                                Tables.open(keyspace, clock, random)),
                        new AdminOptions(TOKEN, Set.of("admin.example")),
                        clock);
        socket = folder.resolve("s");
        http =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        new ListenerOptions(
                                                "admin",
                                                new Address.Unix(socket),
                                                Optional.empty(),
                                                16,
                                                Duration.ofSeconds(10)),
                                        door),
                                new HttpServer.Listener(
                                        ListenerOptions.plain("tcp", "127.0.0.1", 0), door)));
    }

    /** What a call brought back. */
    record Answered(int status, String head, String body) {
        String header(String name) {
            return head.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        /** The text of a field of a flat JSON object. */
        String field(String name) {
            String mark = "\"" + name + "\":\"";
            int from = body.indexOf(mark);
            if (from < 0) {
                return "";
            }
            from += mark.length();
            return body.substring(from, body.indexOf('"', from));
        }
    }

    Answered get(String path) throws IOException {
        return call("GET", path, "Authorization: Bearer " + TOKEN, "");
    }

    Answered post(String path, String body) throws IOException {
        return call("POST", path, "Authorization: Bearer " + TOKEN, body);
    }

    Answered call(String method, String path, String header, String body) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return call(channel, method, path, header, body);
        }
    }

    Answered overTcp(String path) throws IOException {
        try (SocketChannel channel = SocketChannel.open(http.addresses().get("tcp"))) {
            return call(channel, "GET", path, "Authorization: Bearer " + TOKEN, "");
        }
    }

    private static Answered call(
            SocketChannel channel, String method, String path, String header, String body)
            throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                method
                        + " "
                        + path
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + (header.isEmpty() ? "" : header + "\r\n")
                        + "Content-Length: "
                        + bytes.length
                        + "\r\n\r\n";
        channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.UTF_8)));
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Channels.newInputStream(channel).transferTo(all);
        String text = all.toString(StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        return new Answered(
                Integer.parseInt(text.substring(9, 12)),
                text.substring(0, end),
                text.substring(end + 4));
    }

    @Override
    public Status status() {
        return new Status(
                "ready",
                "test",
                Instant.EPOCH,
                Map.of("s3", "http://127.0.0.1:1"),
                Map.of("ledger.entries", ledger.state().entries()),
                List.of("something needs you"));
    }

    @Override
    public Path hold(String holder) {
        return socket.resolveSibling("hold");
    }

    @Override
    public Told resumeEvents() {
        return Told.FROM_NOW_ON;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }

    @Override
    public List<String> names() {
        return ledger.logs();
    }

    @Override
    public Path folder(String log) {
        return ledger.folder(log);
    }

    @Override
    public List<String> keys(String log) {
        return ledger.verifierKeys(log);
    }

    @Override
    public OptionalLong place(String log, long number) {
        return ledger.place(log, number);
    }

    @Override
    public String prove(String log, long index) {
        return ledger.prove(log, index);
    }

    @Override
    public void close() {
        http.close();
        ledger.close();
        keys.close();
        keyspace.close();
    }
}
