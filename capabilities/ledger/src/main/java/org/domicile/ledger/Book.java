package org.domicile.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.domicile.bytes.Disk;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;

/**
 * All logs of this node, the numbers of their organisations, and where both lie: names, origins,
 * keys of the keyspace. Safe for concurrent use.
 */
final class Book {
    static final String PUBLIC = Ledger.PUBLIC;

    private static final String USE = "use/";
    private static final String SPACE = "ledger";
    private static final byte[] SIGNER_KEY = Tuple.pack(SPACE, "signer");
    private static final String SIGNER_NAME = "ledger/signer";

    private final Keyspace keyspace;
    private final Disk disk;
    private final LedgerOptions options;
    private final Signer signer;
    private final ConcurrentMap<String, TiledLog> logs = new ConcurrentSkipListMap<>();
    private final ConcurrentMap<String, Numbers> numbers = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Pruned> pruned = new ConcurrentHashMap<>();

    Book(Keyspace keyspace, Vault vault, Disk disk, LedgerOptions options) {
        this.keyspace = keyspace;
        this.disk = disk;
        this.options = options;
        this.signer = signer(keyspace, vault);
    }

    private static Signer signer(Keyspace keyspace, Vault vault) {
        Optional<byte[]> stored = keyspace.get(Space.RECORDS, SIGNER_KEY);
        if (stored.isPresent()) {
            return Signer.decode(vault.open(SIGNER_NAME, stored.get()));
        }
        if (!keyspace.logs().logs().isEmpty()) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "the keyspace holds logs and not the keys that signed them");
        }
        Signer signer = Signer.create();
        Transaction transaction =
                new Transaction()
                        .when(new Condition.Holds(Space.RECORDS, SIGNER_KEY, Optional.empty()))
                        .write(
                                new Write.Put(
                                        Space.RECORDS,
                                        SIGNER_KEY,
                                        vault.seal(SIGNER_NAME, signer.encode())));
        return switch (keyspace.commit(transaction)) {
            case Committed.Applied _ -> signer;
            case Committed.Stale _ ->
                    throw new IllegalStateException("two ledgers are opening one keyspace");
        };
    }

    Signer signer() {
        return signer;
    }

    String useLog(String organisation) {
        return Ledger.useLog(organisation, options.node());
    }

    /** The organisation of a use log of this node; empty for any other log. */
    Optional<String> organisation(String log) {
        String end = "/" + options.node();
        return log.startsWith(USE)
                        && log.endsWith(end)
                        && log.length() > USE.length() + end.length()
                ? Optional.of(log.substring(USE.length(), log.length() - end.length()))
                : Optional.empty();
    }

    String origin(String log) {
        return options.origin() + "/" + log;
    }

    /** The log's, then those that it had before it was restored. */
    private List<String> origins(String log) {
        List<String> origins = new ArrayList<>();
        origins.add(origin(log));
        options.former().forEach(beginning -> origins.add(beginning + "/" + log));
        return origins;
    }

    LogFolder folder(String log) {
        return folder(log, options.folder());
    }

    /** Where the log's files lie below another folder than the ledger's. */
    LogFolder folder(String log, Path ledger) {
        if (!log.matches("[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")) {
            throw new IllegalArgumentException("not the name of a log: " + log);
        }
        return new LogFolder(disk, ledger.resolve(log));
    }

    /** The log, if it has had an entry that the ledger's thread has seen. */
    Optional<TiledLog> log(String name) {
        return Optional.ofNullable(logs.get(name));
    }

    /** Entries under the log's checkpoint. */
    long published(String name) {
        TiledLog log = logs.get(name);
        return log == null ? 0 : log.published().size();
    }

    /** Entries of a log that are in its tiles. */
    long reached(String name) {
        TiledLog log = logs.get(name);
        return log == null ? 0 : log.reached();
    }

    List<TiledLog> logs() {
        return List.copyOf(logs.values());
    }

    /** Opens logs that have appeared; only the ledger's thread calls it. */
    List<TiledLog> openNew() throws IOException {
        List<TiledLog> fresh = new ArrayList<>();
        for (String name : keyspace.logs().logs()) {
            if (!logs.containsKey(name)) {
                TiledLog log =
                        TiledLog.open(name, origins(name), folder(name), keyspace.logs(), signer);
                logs.put(name, log);
                fresh.add(log);
            }
        }
        return fresh;
    }

    Numbers numbers(String organisation) {
        Numbers known = numbers.get(organisation);
        return known != null
                ? known
                : numbers.computeIfAbsent(organisation, name -> new Numbers(counted(name)));
    }

    Map<String, Numbers> numbers() {
        return numbers;
    }

    Numbers.Kept counted(String organisation) {
        return keyspace.get(Space.RECORDS, numbersKey(organisation))
                .map(Numbers.Kept::decode)
                .orElse(Numbers.Kept.NONE);
    }

    /** What was pruned of a log. */
    Pruned kept(String log) {
        return pruned.computeIfAbsent(
                log,
                name ->
                        keyspace.get(Space.RECORDS, prunedKey(name))
                                .map(Pruned::decode)
                                .orElse(Pruned.NOTHING));
    }

    /** Remembers that, once it is durable. */
    void pruned(String log, Pruned now) {
        pruned.put(log, now);
    }

    static byte[] prunedKey(String log) {
        return Tuple.pack(SPACE, "pruned", log);
    }

    static Write keep(String organisation, Numbers.Kept kept) {
        return new Write.Put(Space.RECORDS, numbersKey(organisation), kept.encode());
    }

    private static byte[] numbersKey(String organisation) {
        return Tuple.pack(SPACE, "numbers", organisation);
    }

    /** Entries from {@code from} to {@code to}, out of the keyspace's tail or the static files. */
    List<byte[]> entries(String log, long from, long to) throws IOException {
        List<byte[]> entries = new ArrayList<>();
        long at = from;
        long bundled = published(log) / Frontier.TILE * Frontier.TILE;
        while (at < to && at < bundled) {
            List<byte[]> bundle = folder(log).entries(at / Frontier.TILE, bundled);
            int first = (int) (at % Frontier.TILE);
            int last = (int) Math.min(Frontier.TILE, first + to - at);
            entries.addAll(bundle.subList(first, last));
            at += last - first;
        }
        if (at < to) {
            try {
                entries.addAll(keyspace.logs().entries(log, at, (int) (to - at)));
            } catch (IllegalArgumentException e) {
                // forgotten a moment ago: then its bundle is published by now
                if (published(log) / Frontier.TILE * Frontier.TILE == bundled) {
                    throw new IOException("entry " + at + " of " + log + " is lost", e);
                }
                entries.addAll(entries(log, at, to));
            }
        }
        return entries;
    }
}
