package org.domicile.query;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Committed;
import org.domicile.keyspace.Cursor;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.Reading;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Tuple;
import org.domicile.keyspace.Write;
import org.domicile.request.Outcome;
import org.domicile.request.Request;

/**
 * Limits in RECORDS, under the tuple {@code query limits ORGANISATION}: the format, 1, then memory
 * in 8, threads in 4, time in milliseconds in 8, rows in 8, staging in 8, spill in 8, sessions in
 * 4. They are few and in memory, change one at a time under {@code changing}, and are shown before
 * the change is answered.
 */
final class StoredLimits implements LimitTable {
    private static final int FORMAT = 1;

    private final Keyspace keyspace;
    private final Map<String, Limits> limits = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();

    StoredLimits(Keyspace keyspace) {
        this.keyspace = keyspace;
        try (Cursor cursor = keyspace.scan(Space.RECORDS, prefix().range(), Reading.Direction.UP)) {
            while (cursor.next()) {
                if (Tuple.unpack(cursor.key()).getLast() instanceof Tuple.Part.Text(String of)) {
                    limits.put(of, decoded(cursor.value()));
                }
            }
        }
    }

    private static Tuple prefix() {
        return Tuple.of().text("query").text("limits");
    }

    @Override
    public Map<String, Limits> all() {
        return Map.copyOf(limits);
    }

    @Override
    public Optional<Limits> of(String organisation) {
        return Optional.ofNullable(limits.get(organisation));
    }

    @Override
    public void set(Request request, String organisation, Optional<Limits> wanted) {
        byte[] key = prefix().text(organisation).pack();
        changing.lock();
        try {
            Transaction transaction =
                    new Transaction()
                            .write(
                                    wanted.<Write>map(each ->
                                                    new Write.Put(
                                                            Space.RECORDS, key, encoded(each)))
                                            .orElseGet(() -> new Write.Delete(Space.RECORDS, key)))
                            .carrying(request, Outcome.DONE);
            if (!(keyspace.commit(transaction) instanceof Committed.Applied)) {
                throw new IllegalStateException("a change without conditions is never stale");
            }
            wanted.ifPresentOrElse(
                    each -> limits.put(organisation, each), () -> limits.remove(organisation));
        } finally {
            changing.unlock();
        }
    }

    private static byte[] encoded(Limits limits) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeLong(limits.memory());
            out.writeInt(limits.threads());
            out.writeLong(limits.time().toMillis());
            out.writeLong(limits.rows());
            out.writeLong(limits.staging());
            out.writeLong(limits.spill());
            out.writeInt(limits.sessions());
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static Limits decoded(byte[] value) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(value))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new StorageFailure(
                        StorageFailure.Kind.FOREIGN,
                        "limits of SQL are of format " + format + ", and this program reads 1");
            }
            return new Limits(
                    in.readLong(),
                    in.readInt(),
                    Duration.ofMillis(in.readLong()),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readInt());
        } catch (IOException | IllegalArgumentException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, "limits of SQL cannot be read", e);
        }
    }
}
