package org.domicile.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.domicile.blobs.BlobOptions;
import org.domicile.blobs.Blobs;
import org.domicile.bytes.Disk;
import org.domicile.guard.Administration;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardOptions;
import org.domicile.http.HttpServer;
import org.domicile.http.ListenerOptions;
import org.domicile.keys.FolderMark;
import org.domicile.keys.KeyOptions;
import org.domicile.keys.Keys;
import org.domicile.keys.Pass;
import org.domicile.keys.Passes;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.LedgerOptions;
import org.domicile.objects.Objects;
import org.domicile.people.People;
import org.domicile.policy.Decision;
import org.domicile.policy.Policy;
import org.domicile.s3.S3Door;
import org.domicile.s3.S3Options;

/**
 * What deciding and recording cost: our server, wired as the launcher wires it, with a second S3
 * door to the same objects. Behind that one stands a guard whose policy allows everything without
 * looking and whose ledger makes passes without records. Such a wiring exists here alone: the
 * product's guard is given the real ones, and no setting can give it others.
 */
final class PricedServer {
    private static final String NODE = "n1";
    private static final String ZONE = "home";
    private static final String WITH = "with";
    private static final String WITHOUT = "without";
    private static final Decision UNLOOKED =
            new Decision(Decision.Effect.ALLOW, "allowed", "0".repeat(64), List.of(), "");

    private PricedServer() {}

    /**
     * Serves until standard input ends; says ports and credential in the first line on {@code out}.
     */
    static void serve(Path folder, PrintStream out) throws IOException {
        Path place = folder.resolve("keys");
        Files.createDirectories(
                place,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        SecureRandom random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        Disk disk = Disk.real();
        KeyOptions keyOptions =
                new KeyOptions(
                        List.of(place), new KeyOptions.Root.KeyFile(place.resolve("root.key")));
        try (Keyspace keyspace =
                        Keyspace.open(folder.resolve("keyspace"), KeyspaceOptions.defaults());
                Blobs blobs =
                        Blobs.open(
                                folder.resolve("blobs"),
                                disk,
                                keyspace,
                                BlobOptions.defaults(),
                                random,
                                clock);
                Keys keys = Keys.open(keyOptions, FolderMark.inMemory(), disk, random)) {
            Passes passes = keys.passes();
            try (Ledger ledger =
                            Ledger.open(
                                    keyspace,
                                    keys.vault(),
                                    keys.subjects(),
                                    passes,
                                    disk,
                                    clock,
                                    random,
                                    LedgerOptions.of(
                                            folder.resolve("ledger"), NODE, "bench.example/made"));
                    Objects objects = Objects.open(keyspace, blobs, clock, random)) {
                Policy policy = Policy.open(keyspace, keys.vault(), keys.subjects(), clock);
                People people = People.open(keyspace, keys.vault());
                GuardOptions options = GuardOptions.in(ZONE);
                Guard with =
                        Guard.open(options, policy, keys, ledger, objects, people, clock, random);
                Administration.Issued issued = with.firstSteps().orElseThrow();
                Guard without =
                        Guard.open(
                                options,
                                undecided(policy),
                                keys,
                                unrecorded(ledger, passes.pass(Ledger.PUBLIC, 0)),
                                objects,
                                people,
                                clock,
                                random);
                serve(
                        keyspace,
                        List.of(listener(WITH, with, clock), listener(WITHOUT, without, clock)),
                        issued,
                        out);
            }
        }
    }

    private static HttpServer.Listener listener(String name, Guard guard, Clock clock) {
        return new HttpServer.Listener(
                ListenerOptions.plain(name, "127.0.0.1", 0),
                new S3Door(guard, new S3Options(ZONE, ""), clock));
    }

    private static void serve(
            Keyspace keyspace,
            List<HttpServer.Listener> listeners,
            Administration.Issued issued,
            PrintStream out)
            throws IOException {
        try (HttpServer server = HttpServer.open(listeners)) {
            keyspace.company(server::underWay);
            out.println(
                    Json.text(
                            Map.of(
                                    WITH,
                                    server.port(WITH),
                                    WITHOUT,
                                    server.port(WITHOUT),
                                    "access",
                                    issued.credential().accessKey(),
                                    "secret",
                                    issued.secret(),
                                    "region",
                                    ZONE)));
            out.flush();
            while (System.in.read() >= 0) {
                // whoever started us lives
            }
        }
    }

    private static Policy undecided(Policy policy) {
        return instead(Policy.class, policy, Map.of("decide", () -> UNLOOKED));
    }

    private static Ledger unrecorded(Ledger ledger, Pass pass) {
        return instead(Ledger.class, ledger, Map.of("number", () -> 1L, "record", () -> pass));
    }

    /** The real thing, but for these methods; however the contract grows. */
    private static <T> T instead(Class<T> contract, T real, Map<String, Supplier<Object>> answers) {
        return contract.cast(
                Proxy.newProxyInstance(
                        contract.getClassLoader(),
                        new Class<?>[] {contract},
                        (proxy, method, arguments) -> {
                            Supplier<Object> answer = answers.get(method.getName());
                            if (answer != null) {
                                return answer.get();
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }
}
