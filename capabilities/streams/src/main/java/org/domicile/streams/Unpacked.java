package org.domicile.streams;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * What a batch is for those who read it, before Kafka looks at it: to how much it unpacks, where a
 * few KiB can be gigabytes, and how many headers a record has, each of which takes some hundred
 * bytes of memory where it is two in the batch. Unpacking is itself work of the thread that handles
 * the request, so it stops at the limit.
 *
 * <p>The form of records is <a
 * href="https://kafka.apache.org/documentation/#recordbatch">Kafka's</a>, and fields are read in
 * the order and with the lenience of its own reader, which makes room for headers before it looks
 * whether they are in the record.
 */
final class Unpacked {
    /** Of a batch. One of 2 MiB may shrink to a sixteenth. */
    static final long MOST = 32L << 20;

    /** Of all compressed batches of one request. */
    static final long MOST_OF_A_REQUEST = 4 * MOST;

    /** Of a record. */
    static final int MOST_HEADERS = 1_000;

    /** What RFC 8878 wants of all who unpack; memory that is taken beside the heap. */
    static final long MOST_OF_A_WINDOW = 8 << 20;

    private static final int ZSTD_MAGIC = 0xFD2FB528;

    /** The last four bits are anybody's. */
    private static final int ZSTD_SKIPPED = 0x184D2A50;

    /** What snappy-java writes before its blocks: eight bytes of magic, two numbers. */
    private static final int SNAPPY_HEAD = 16;

    private static final long SNAPPY_MAGIC = 0x82534E4150505900L;

    /** Where the next block would have its size, all of that comes again. */
    private static final int SNAPPY_AGAIN = (int) (SNAPPY_MAGIC >>> Integer.SIZE);

    private static final int SCRATCH = 16 << 10;

    private final InputStream in;
    private final long limit;
    private final byte[] scratch = new byte[SCRATCH];
    private int at;
    private int filled;

    /** Bytes before those in {@code scratch}. */
    private long before;

    private Unpacked(InputStream in, long limit) {
        this.in = in;
        this.limit = limit;
    }

    /**
     * How many bytes compressed batches of a partition's part of a request are, unpacked.
     *
     * @param left how many they may be at most, beside {@link #MOST}
     * @param buffers of the thread that asks
     * @return empty for too many, of bytes or of headers; what cannot be read is Kafka's to refuse
     */
    static OptionalLong of(MemoryRecords records, long left, BufferSupplier buffers) {
        long most = Math.min(left, MOST);
        long bytes = 0;
        ByteBuffer all = records.buffer();
        try {
            for (MutableRecordBatch each : records.batches()) {
                int size = each.sizeInBytes();
                if (each instanceof DefaultRecordBatch batch) {
                    boolean packed = batch.isCompressed();
                    long limit = packed ? most - bytes : Long.MAX_VALUE;
                    ByteBuffer body =
                            all.slice(
                                    all.position() + DefaultRecordBatch.RECORD_BATCH_OVERHEAD,
                                    size - DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
                    if (batch.compressionType() == CompressionType.SNAPPY && snappy(body) > limit) {
                        return OptionalLong.empty();
                    }
                    if (batch.compressionType() == CompressionType.ZSTD
                            && window(body) > MOST_OF_A_WINDOW) {
                        return OptionalLong.empty();
                    }
                    OptionalLong found = of(batch, limit, buffers);
                    if (found.isEmpty()) {
                        return found;
                    }
                    bytes += packed ? found.getAsLong() : 0;
                }
                all.position(all.position() + size);
            }
        } catch (KafkaException | IOException e) {
            return OptionalLong.of(bytes); // it says so itself
        }
        return OptionalLong.of(bytes);
    }

    private static OptionalLong of(DefaultRecordBatch batch, long limit, BufferSupplier buffers)
            throws IOException {
        try (InputStream in = batch.recordInputStream(buffers)) {
            return new Unpacked(in, limit).count();
        }
    }

    private OptionalLong count() throws IOException {
        boolean sound = true;
        while (sound && isMore()) {
            long size = number();
            long end = position() + size;
            pass(1); // attributes
            number(); // time
            number(); // offset
            pass(number()); // key
            pass(number()); // value
            if (number() > MOST_HEADERS) {
                return OptionalLong.empty();
            }
            sound = position() <= end;
            pass(end - position()); // headers
        }
        while (isMore()) {
            at = filled;
        }
        return position() > limit ? OptionalLong.empty() : OptionalLong.of(position());
    }

    private long position() {
        return before + at;
    }

    /** False at the end, and beyond the limit. */
    private boolean isMore() throws IOException {
        while (at == filled) {
            before += filled;
            at = 0;
            filled = 0;
            int read = before > limit ? -1 : in.read(scratch);
            if (read < 0) {
                return false;
            }
            filled = read;
        }
        return true;
    }

    private void pass(long bytes) throws IOException {
        long left = bytes;
        while (left > 0 && isMore()) {
            int some = (int) Math.min(left, filled - at);
            at += some;
            left -= some;
        }
    }

    /** Seven bits a byte, the lowest first, and signs alternate; nothing is more than ends it. */
    private long number() throws IOException {
        long number = 0;
        for (int bits = 0; bits < Long.SIZE && isMore(); bits += 7) {
            byte each = scratch[at++];
            number |= (each & 0x7FL) << bits;
            if (each >= 0) {
                break;
            }
        }
        return number >>> 1 ^ -(number & 1);
    }

    /**
     * What its blocks say that they are: who reads them makes arrays of that size before it looks
     * further.
     */
    private static long snappy(ByteBuffer body) {
        if (body.remaining() < SNAPPY_HEAD || body.getLong(0) != SNAPPY_MAGIC) {
            return length(body); // one block alone
        }
        long bytes = 0;
        body.position(SNAPPY_HEAD);
        while (body.remaining() >= Integer.BYTES) {
            int size = body.getInt();
            if (size == SNAPPY_AGAIN && body.remaining() >= SNAPPY_HEAD - Integer.BYTES) {
                body.position(body.position() + SNAPPY_HEAD - Integer.BYTES);
            } else if (size < 0 || size > body.remaining()) {
                return Long.MAX_VALUE; // at the first its reader throws an Error
            } else {
                bytes += length(body.slice(body.position(), size));
                body.position(body.position() + size);
            }
        }
        return bytes;
    }

    /**
     * How much of what was unpacked the largest of zstd's frames looks back at: RFC 8878, section
     * 3.1.1. What ends too soon its reader refuses when it comes there.
     */
    private static long window(ByteBuffer body) {
        ByteBuffer in = body.slice().order(ByteOrder.LITTLE_ENDIAN);
        long largest = 0;
        try {
            while (in.hasRemaining()) {
                int magic = in.getInt();
                if ((magic & 0xFFFFFFF0) == ZSTD_SKIPPED) {
                    skip(in, in.getInt());
                } else if (magic == ZSTD_MAGIC) {
                    long found = windowOfFrame(in);
                    if (found > MOST_OF_A_WINDOW) {
                        return found;
                    }
                    largest = Math.max(largest, found);
                } else {
                    return Long.MAX_VALUE; // its reader knows older forms, too
                }
            }
        } catch (BufferUnderflowException _) {
            return largest;
        }
        return largest;
    }

    private static void skip(ByteBuffer in, int bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        in.position(in.position() + bytes);
    }

    /** Of the frame whose magic has been read; passes over it. */
    private static long windowOfFrame(ByteBuffer in) {
        int head = in.get();
        boolean whole = (head & 0x20) != 0;
        long window = 0;
        if (!whole) {
            int said = Byte.toUnsignedInt(in.get());
            long base = 1L << (10 + (said >> 3));
            window = base + (base / 8) * (said & 7);
        }
        skip(in, (1 << (head & 3)) >> 1); // the number of a dictionary: none, 1, 2 or 4 bytes
        int sized = (head >> 6) & 3;
        if (sized == 0) {
            window = whole ? Byte.toUnsignedInt(in.get()) : window;
        } else {
            long size =
                    switch (sized) {
                        case 1 -> Short.toUnsignedLong(in.getShort()) + 256;
                        case 2 -> Integer.toUnsignedLong(in.getInt());
                        default -> in.getLong();
                    };
            window = whole ? (size < 0 ? Long.MAX_VALUE : size) : window;
        }
        if (window <= MOST_OF_A_WINDOW) {
            boolean more = true;
            while (more) {
                int block =
                        Byte.toUnsignedInt(in.get()) | (Short.toUnsignedInt(in.getShort()) << 8);
                more = (block & 1) == 0;
                skip(in, ((block >> 1) & 3) == 1 ? 1 : block >>> 3); // one byte, again and again
            }
            skip(in, head & 4); // a checksum
        }
        return window;
    }

    /** The number that a block begins with, seven bits a byte. */
    private static long length(ByteBuffer block) {
        long length = 0;
        for (int bits = 0; bits <= 28 && block.hasRemaining(); bits += 7) {
            byte each = block.get();
            length |= (each & 0x7FL) << bits;
            if (each >= 0) {
                break;
            }
        }
        return length;
    }

    /** Records that Kafka refuses as too large, whatever else is wrong with them. */
    static MemoryRecords tooLarge() {
        return TooLarge.RECORDS;
    }

    /** Not there before the first is refused. */
    private static final class TooLarge {
        static final MemoryRecords RECORDS = made();

        private static MemoryRecords made() {
            ByteBuffer batch = ByteBuffer.allocate(KafkaLog.LARGEST_BATCH + 1);
            batch.putInt(Records.SIZE_OFFSET, KafkaLog.LARGEST_BATCH + 1 - Records.LOG_OVERHEAD);
            batch.put(Records.MAGIC_OFFSET, RecordBatch.CURRENT_MAGIC_VALUE);
            return MemoryRecords.readableRecords(batch);
        }
    }
}
