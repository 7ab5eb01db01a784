package org.domicile.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.FolderMark;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Condition;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;

/**
 * What the launcher itself keeps in the keyspace, under {@code ("launcher", NAME)}:
 *
 * <pre>
 *   installation  32 hexadecimal digits, random, made once
 *   generation    8 bytes: the highest generation of the key store that this folder has seen
 *   name          how the folder of keys is called below ~/.config/domicile, as at the first start
 *   origin        what the logs' names begin with, as it was at the first start
 *   former        the same before each restore, one a line
 *   restored      there until the public log says that this is a new history: origin, size, signed,
 *                 snapshot
 *   moves         there until a new history has stopped the moves that it found running
 *   held          there while a new history tells no events, until an operator says so
 *   restore       name of the last restore whose history has begun
 *   first-steps   there once the first credential lies durably in its file
 *   check         how the check of all that is stored stands ({@link CheckRecord})
 *   room          samples of what the disk had left, newest last
 * </pre>
 */
final class Installation implements FolderMark {
    private final Keyspace keyspace;
    private final String id;

    private Installation(Keyspace keyspace, String id) {
        this.keyspace = keyspace;
        this.id = id;
    }

    /** Reads it, or makes it in a new keyspace. */
    static Installation open(Keyspace keyspace, SecureRandom random) {
        byte[] fresh = new byte[16];
        random.nextBytes(fresh);
        return new Installation(
                keyspace, once(keyspace, "installation", HexFormat.of().formatHex(fresh)));
    }

    @Override
    public String installation() {
        return id;
    }

    /** Eight digits of it, for names that people read. */
    private String shortId() {
        return id.substring(0, 8);
    }

    /**
     * The installation's name among those of one person: the data folder's when it was new, and
     * eight digits. A folder that is moved or renamed keeps it, and so finds its keys.
     */
    String name(Path folder) {
        return once(keyspace, "name", folder.getFileName() + "-" + shortId());
    }

    @Override
    public long generation() {
        return number("generation").orElse(0L);
    }

    @Override
    public void raise(long generation) {
        while (true) {
            Optional<byte[]> before = keyspace.get(Space.RECORDS, key("generation"));
            if (before.isPresent() && ByteBuffer.wrap(before.get()).getLong() >= generation) {
                return;
            }
            Committed committed =
                    keyspace.commit(
                            new Transaction()
                                    .when(
                                            new Condition.Holds(
                                                    Space.RECORDS, key("generation"), before))
                                    .write(put("generation", eight(generation))));
            switch (committed) {
                case Committed.Applied _ -> {
                    return;
                }
                case Committed.Stale _ -> {} // somebody raised it; perhaps high enough
            }
        }
    }

    /**
     * The origin of the logs: fixed by the first start.
     *
     * @param wanted by the configuration; empty for whatever it is
     */
    String origin(String wanted) {
        String standard = "domicile-" + shortId() + ".home.arpa/ledger";
        String origin = once(keyspace, "origin", wanted.isEmpty() ? standard : wanted);
        boolean former = formerOrigins().stream().anyMatch(wanted::equals);
        if (!wanted.isEmpty() && !wanted.equals(origin) && !former) {
            throw new Problem(
                    "ledger.origin is %s, and this installation's logs are published as %s since its first start: an origin never changes, take the setting out"
                            .formatted(wanted, origin));
        }
        return origin;
    }

    /** What the logs' names began with before each restore, oldest first. */
    List<String> formerOrigins() {
        return text("former").map(lines -> List.of(lines.split("\n", -1))).orElse(List.of());
    }

    /**
     * Gives the logs another name, since this folder is an older copy of what was signed.
     *
     * @param entries that the public log holds here @param signed that it had
     */
    void beginNewHistory(long entries, long signed) {
        List<String> former = withPresent();
        begin(former, former.getFirst() + "-" + (former.size() + 1), entries + "\n" + signed);
    }

    /** Whether the history that follows a restore has begun. */
    boolean isBegun(Restored restored) {
        return text("restore").filter(restored.name()::equals).isPresent();
    }

    /**
     * The same after a restore, once for each. One backup may be restored twice, and go on both
     * times: so the name is one that no other restore has.
     */
    void beginNewHistory(long entries, long signed, Restored restored) {
        List<String> former = withPresent();
        begin(
                former,
                former.getFirst() + "-" + (former.size() + 1) + "-" + restored.name(),
                entries + "\n" + signed + "\n" + restored.snapshot(),
                put("restore", restored.name().getBytes(UTF_8)));
    }

    private List<String> withPresent() {
        List<String> former = new ArrayList<>(formerOrigins());
        former.add(text("origin").orElseThrow());
        return former;
    }

    private void begin(List<String> former, String origin, String facts, Write... more) {
        List<Write> writes = new ArrayList<>(List.of(more));
        writes.add(put("origin", origin.getBytes(UTF_8)));
        writes.add(put("former", String.join("\n", former).getBytes(UTF_8)));
        writes.add(put("restored", (former.getLast() + "\n" + facts).getBytes(UTF_8)));
        writes.add(put("moves", new byte[] {1}));
        writes.add(put("held", new byte[] {1}));
        write(writes.toArray(Write[]::new));
    }

    /**
     * A new history that the public log does not tell of yet: former origin, entries, signed, and
     * after a restore the snapshot.
     */
    Optional<List<String>> untoldHistory() {
        return text("restored").map(lines -> List.of(lines.split("\n", -1)));
    }

    /** Whether moves that ran when this copy was made have still to be stopped. */
    boolean movesGoOn() {
        return keyspace.get(Space.RECORDS, key("moves")).isPresent();
    }

    void movesAreStopped() {
        write(new Write.Delete(Space.RECORDS, key("moves")));
    }

    /** Whether events wait until an operator says that this copy tells them. */
    boolean eventsAreHeld() {
        return keyspace.get(Space.RECORDS, key("held")).isPresent();
    }

    void eventsGoOn() {
        write(new Write.Delete(Space.RECORDS, key("held")));
    }

    void historyIsTold() {
        write(new Write.Delete(Space.RECORDS, key("restored")));
    }

    private Optional<String> text(String name) {
        return keyspace.get(Space.RECORDS, key(name)).map(value -> new String(value, UTF_8));
    }

    boolean firstStepsDone() {
        return keyspace.get(Space.RECORDS, key("first-steps")).isPresent();
    }

    void firstStepsAreDone() {
        write(put("first-steps", new byte[] {1}));
    }

    /** How the check of all that is stored stands. */
    CheckRecord check() {
        return keyspace.get(Space.RECORDS, key("check"))
                .map(CheckRecord::decode)
                .orElse(CheckRecord.NOTHING);
    }

    void check(CheckRecord record) {
        write(put("check", record.encode()));
    }

    /** What the steady clock said last; empty when it never ran. */
    Optional<Instant> clock() {
        return number("clock").map(Instant::ofEpochMilli);
    }

    void clock(Instant said) {
        write(put("clock", eight(said.toEpochMilli())));
    }

    /** Samples of what the disk had left. */
    DiskForecast forecast() {
        return DiskForecast.decode(keyspace.get(Space.RECORDS, key("room")).orElse(new byte[0]));
    }

    void forecast(DiskForecast forecast) {
        write(put("room", forecast.encode()));
    }

    private Optional<Long> number(String name) {
        return keyspace.get(Space.RECORDS, key(name))
                .map(value -> ByteBuffer.wrap(value).getLong());
    }

    private void write(Write... writes) {
        switch (keyspace.commit(new Transaction().writeAll(List.of(writes)))) {
            case Committed.Applied _ -> {}
            case Committed.Stale _ -> throw new IllegalStateException("no condition was set");
        }
    }

    /** The text of a name, written down if it is the first time. */
    private static String once(Keyspace keyspace, String name, String fresh) {
        Optional<byte[]> present = keyspace.get(Space.RECORDS, key(name));
        if (present.isPresent()) {
            return new String(present.get(), UTF_8);
        }
        Committed committed =
                keyspace.commit(
                        new Transaction()
                                .when(
                                        new Condition.Holds(
                                                Space.RECORDS, key(name), Optional.empty()))
                                .write(put(name, fresh.getBytes(UTF_8))));
        return switch (committed) {
            case Committed.Applied _ -> fresh;
            case Committed.Stale _ ->
                    throw new StorageFailure(
                            StorageFailure.Kind.FOREIGN, "another program writes this keyspace");
        };
    }

    private static byte[] key(String name) {
        return Tuple.pack("launcher", name);
    }

    private static Write put(String name, byte[] value) {
        return new Write.Put(Space.RECORDS, key(name), value);
    }

    private static byte[] eight(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
