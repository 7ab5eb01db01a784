package org.domicile.s3;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyId;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keyspace.Keyspace;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Policy;
import org.domicile.policy.Purpose;
import org.domicile.request.Request;

/**
 * The S3 door on a real server before a whole guard; on the listener {@code s3} only signatures are
 * taken on trust.
 */
final class Installation implements AutoCloseable {
    static final String DOMAIN = "s3.example";

    final Guard guard;
    final String key;

    /** Seconds that the installation's clock is ahead of ours. */
    final AtomicLong ahead = new AtomicLong();

    final String secret;
    private final Ledger ledger;
    private final Keys keys;
    private final Keyspace keyspace;
    private final Objects objects;
    private final HttpServer http;

    Installation(Path folder) throws IOException {
        this(folder, GuardOptions.in("home"));
    }

    Installation(Path folder, GuardOptions placed) throws IOException {
        Path place =
                Files.createDirectory(
                        folder.resolve("keys"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Clock clock =
                new Clock() {
                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return Instant.now().plusSeconds(ahead.get());
                    }
                };
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
        objects = Objects.open(keyspace, Blobs.inMemory(keyspace), clock, random);
        guard =
                Guard.open(
                        placed,
                        policy,
                        keys,
                        ledger,
                        objects,
                        People.open(keyspace, keys.vault()),
                        clock,
                        random);
        Administration.Issued first = guard.firstSteps().orElseThrow();
        key = first.credential().accessKey();
        secret = first.secret();
        S3Options options = new S3Options("home", DOMAIN);
        S3Door door = new S3Door(guard, new TrustingAuthentication(guard), options, clock);
        http =
                HttpServer.open(
                        List.of(
                                new HttpServer.Listener(
                                        ListenerOptions.plain("s3", "127.0.0.1", 0), door),
                                new HttpServer.Listener(
                                        ListenerOptions.plain("signed", "127.0.0.1", 0),
                                        new S3Door(guard, options, clock))));
    }

    /** A client that signs as the first credential. */
    Client client() throws IOException {
        return client(key);
    }

    /** A client that signs as another; empty for anonymous. */
    Client client(String accessKey) throws IOException {
        return new Client(http.port("s3"), accessKey);
    }

    /** A signing client with another address of this machine. */
    Client signing(InetAddress from) throws IOException {
        return new Client(http.port("signed"), "", from);
    }

    /** Whoever signs as the first credential does. */
    Signer.Pair pair() {
        return new Signer.Pair(key, secret);
    }

    /** All uses on record of an organisation, newest first. */
    List<Ledger.Recorded> uses(String organisation) {
        Instant now = Instant.now();
        return administration()
                .uses(
                        organisation,
                        new Ledger.Filter(
                                now.minusSeconds(600),
                                now.plusSeconds(ahead.get() + 60),
                                "",
                                9_999));
    }

    /** What the key store did to a bucket that an older folder brings back. */
    void destroyKey(String bucket) {
        String id = objects.buckets().bucket(bucket).orElseThrow().key();
        keys.destroy(List.of(new KeyId(KeyId.Kind.BUCKET, id)));
    }

    /** A client of the door as it is opened outside tests, where signatures count. */
    Client signing() throws IOException {
        return new Client(http.port("signed"), "");
    }

    Administration administration() {
        Instant now = Instant.now().plusSeconds(ahead.get());
        return guard.administration(
                new Request(
                        "test",
                        guard.operator(),
                        "admin",
                        "home",
                        "",
                        now,
                        now.plusSeconds(60),
                        Optional.empty()));
    }

    /** Another organisation with a credential for everything; its access key. */
    String neighbour(String organisation) {
        administration().createOrganisation(organisation, "home");
        return credential(organisation, List.of("*"), List.of("*"));
    }

    /** A credential of an organisation under a purpose of its own; its access key. */
    String credential(String organisation, List<String> actions, List<String> buckets) {
        return issue(organisation, actions, buckets).key();
    }

    /** The same with its secret. */
    Signer.Pair issue(String organisation, List<String> actions, List<String> buckets) {
        Instant now = Instant.now();
        String name = "p" + System.nanoTime();
        Purpose purpose =
                administration()
                        .createPurpose(
                                new Purpose(
                                        organisation,
                                        name,
                                        "Testing the S3 door.",
                                        "its makers",
                                        "no data of anybody",
                                        List.of("home"),
                                        now,
                                        now.plus(Duration.ofDays(1)),
                                        false));
        String principal = administration().createPrincipal(organisation, name).id();
        Administration.Issued issued =
                administration()
                        .createCredential(principal, purpose.id(), actions, buckets, Instant.MAX);
        return new Signer.Pair(issued.credential().accessKey(), issued.secret());
    }

    @Override
    public void close() {
        http.close();
        ledger.close();
        keys.close();
        keyspace.close();
    }
}
