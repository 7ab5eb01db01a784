package org.domicile.streams;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.domicile.bytes.StorageFailure;

/** Rights that a test gives and takes: a right is {@code LOGIN ACT STREAM}. */
final class Rights implements Admission {
    final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final Map<String, Scram> scrams = new ConcurrentHashMap<>(); // each takes its time
    final Set<String> rights = ConcurrentHashMap.newKeySet();
    volatile boolean broken;

    /** How often that was told. */
    final AtomicInteger unrecorded = new AtomicInteger();

    /** Names of groups and transactions. */
    final Set<String> used = ConcurrentHashMap.newKeySet();

    final List<String> counted = new CopyOnWriteArrayList<>();
    private final Map<String, List<Brought>> brought = new ConcurrentHashMap<>();

    /** What was asked for with streams. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    /** All that was asked for: acts, and what is shared; with {@code sees-} whether it is known. */
    final List<String> ways = new CopyOnWriteArrayList<>();

    /** What was brought to a stream. */
    List<Brought> brought(String stream) {
        return brought.getOrDefault(stream, List.of());
    }

    /** What a login asked for with streams. */
    List<String> asked(String login) {
        return asked.stream().filter(each -> each.startsWith(login + " ")).toList();
    }

    Rights login(String name, String secret, String... given) {
        secrets.put(name, secret);
        for (String each : given) {
            rights.add(name + " " + each);
        }
        return this;
    }

    @Override
    public boolean knows(Client client, String secret) {
        String known = secrets.get(client.login());
        return known != null
                && MessageDigest.isEqual(
                        known.getBytes(StandardCharsets.UTF_8),
                        secret.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<Scram> scram(String login, String mechanism) {
        return Optional.ofNullable(secrets.get(login))
                .map(secret ->
                        scrams.computeIfAbsent(
                                mechanism + " " + secret, _ -> scramOf(secret, mechanism)));
    }

    private static Scram scramOf(String secret, String mechanism) {
        try {
            ScramCredential made =
                    new ScramFormatter(ScramMechanism.forMechanismName(mechanism))
                            .generateCredential(secret, 4_096);
            return new Scram(made.salt(), made.storedKey(), made.serverKey(), made.iterations());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Bearer bearer(String token) {
        return new Bearer.Refused("It is nobody's.");
    }

    @Override
    public String organisation(String login) {
        return "of-" + login;
    }

    @Override
    public boolean admits(Client client, Act act, String stream) {
        if (broken) {
            unrecorded.incrementAndGet();
            throw new StorageFailure(StorageFailure.Kind.FULL, "no use can be recorded");
        }
        asked.add(client.login() + " " + act + " " + stream);
        ways.add(act.name());
        return may(client, act, stream);
    }

    @Override
    public boolean may(Client client, Act act, String stream) {
        return rights.contains(
                client.login() + " " + (act == Act.LIST ? Act.SEE : act) + " " + stream);
    }

    @Override
    public boolean sees(Client client, Shared kind, String name, boolean listed) {
        ways.add("sees-" + kind);
        return name.startsWith(client.login()) && (!listed || used.contains(name));
    }

    @Override
    public boolean admits(Client client, Shared kind, String name) {
        ways.add(kind.name());
        return name.startsWith(client.login()) && (used.add(name) || used.contains(name));
    }

    @Override
    public void published(Client client, String stream, Brought brought) {
        counted.add(client.login() + " published " + stream + " " + brought.records());
        this.brought.computeIfAbsent(stream, _ -> new CopyOnWriteArrayList<>()).add(brought);
    }

    @Override
    public void polled(Client client, String stream, int partition, long from, long to) {
        counted.add(client.login() + " polled " + stream + " " + from + " " + to);
    }
}
