package org.domicile.keyspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.domicile.bytes.Bytes;

/**
 * A RocksDB write batch, written by hand, so that a batch crosses into native code once and not
 * once for each record.
 *
 * <p>The form is that of {@code db/write_batch.cc} in RocksDB, which is also what its log holds and
 * therefore does not change:
 *
 * <pre>
 * batch   sequence, 8 bytes little-endian (RocksDB fills it in) ‖ count, 4 bytes little-endian ‖ record*
 * record  05 ‖ family ‖ key ‖ value       set
 *         04 ‖ family ‖ key               remove
 *         0E ‖ family ‖ from ‖ to         remove a range
 * family  varint; key, value, from, to: varint length ‖ bytes
 * </pre>
 *
 * Sizes are known before anything is written (callers compute them in their own threads), so the
 * array is made once and is exactly as long as the batch.
 */
final class BatchForm {
    static final int HEADER = 12;

    private static final int SEQUENCE = 8;
    private static final byte SET = 0x05;
    private static final byte REMOVE = 0x04;
    private static final byte REMOVE_RANGE = 0x0E;
    private static final VarHandle LITTLE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle BIG_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] form;
    private int at = HEADER;
    private int count;

    /** A batch of exactly {@code size} bytes, header included. */
    BatchForm(int size) {
        form = new byte[size];
    }

    void set(int family, byte[] key, byte[] value) {
        start(SET, family);
        string(key);
        string(value);
    }

    void setStamped(int family, Write.PutStamped put, long version) {
        start(SET, family);
        varint(put.prefix().length + Long.BYTES + put.suffix().length);
        raw(put.prefix());
        BIG.set(form, at, Stamps.bits(put.stamp(), version));
        at += Long.BYTES;
        raw(put.suffix());
        string(put.value());
    }

    /** Sets the key of a log's place: log number and index, both big-endian. */
    void setPlace(int family, int log, long index, byte[] value) {
        start(SET, family);
        varint(RocksLogs.PLACE);
        BIG_INT.set(form, at, log);
        BIG.set(form, at + Integer.BYTES, index);
        at += RocksLogs.PLACE;
        string(value);
    }

    void remove(int family, byte[] key) {
        start(REMOVE, family);
        string(key);
    }

    /** An empty range writes nothing: RocksDB takes one that ends before it starts for an error. */
    void removeRange(int family, Range range) {
        if (empty(range)) {
            return;
        }
        start(REMOVE_RANGE, family);
        string(range.from());
        string(range.to());
    }

    /** The finished batch. */
    byte[] finish() {
        if (at != form.length) {
            throw new IllegalStateException(
                    "a batch of " + form.length + " bytes was filled up to " + at);
        }
        LITTLE.set(form, SEQUENCE, count);
        return form;
    }

    static int setSize(int family, int key, int value) {
        return 1 + varintSize(family) + stringSize(key) + stringSize(value);
    }

    static int removeSize(int family, int key) {
        return 1 + varintSize(family) + stringSize(key);
    }

    static int removeRangeSize(int family, Range range) {
        return empty(range)
                ? 0
                : 1
                        + varintSize(family)
                        + stringSize(range.from().length)
                        + stringSize(range.to().length);
    }

    private static boolean empty(Range range) {
        return Bytes.compare(range.from(), range.to()) >= 0;
    }

    private static int stringSize(int length) {
        return varintSize(length) + length;
    }

    private static int varintSize(int value) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    private void start(byte type, int family) {
        count++;
        form[at++] = type;
        varint(family);
    }

    private void string(byte[] bytes) {
        varint(bytes.length);
        raw(bytes);
    }

    private void raw(byte[] bytes) {
        System.arraycopy(bytes, 0, form, at, bytes.length);
        at += bytes.length;
    }

    private void varint(int value) {
        int rest = value;
        while (rest > 0x7F) {
            form[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        form[at++] = (byte) rest;
    }
}
