package org.domicile.tables;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.Codec;
import org.apache.avro.file.CodecFactory;
import org.apache.iceberg.exceptions.RuntimeIOException;

/**
 * What is believed of an Avro file that somebody else wrote: nothing that costs memory. Source:
 * Apache Avro 1.12's specification, "Object Container Files".
 *
 * <p>The library allocates what a file says that it needs: bytes of a block, of a text in it, and
 * whatever a block unpacks to. So the frame is walked before the library sees the file (each length
 * has to fit into what is there), a block unpacks through a codec of ours that stops at a bound,
 * and texts within have the library's own bounds, which are set here. Deflate, which Iceberg calls
 * gzip and every engine writes unless it is told otherwise, and no packing are read; the libraries
 * of the others are not in this program.
 */
final class AvroFiles {
    /** Bytes that a block unpacks to. */
    static final int MOST_BLOCK = 64 << 20;

    /** Bytes that a whole file unpacks to. */
    static final long MOST_FILE = 512L << 20;

    /** Entries of a file. */
    private static final long MOST_ENTRIES = 10_000_000;

    private static final int MOST_TEXT = 16 << 20;
    private static final int MOST_ITEMS = 1 << 20;
    private static final byte[] MAGIC = {'O', 'b', 'j', 1};
    private static final int SYNC = 16;
    private static final String PACKING = "avro.codec";

    static {
        // Read once, by the first use of the library that could matter.
        limit("org.apache.avro.limits.string.maxLength", MOST_TEXT);
        limit("org.apache.avro.limits.bytes.maxLength", MOST_TEXT);
        limit("org.apache.avro.limits.collectionItems.maxLength", MOST_ITEMS);
        CodecFactory.addCodec("deflate", new Bounded());
    }

    private final byte[] file;
    private int at;

    private AvroFiles(byte[] file) {
        this.file = file;
    }

    /** An operator's own bound stands. */
    private static void limit(String property, int most) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(most));
        }
    }

    /**
     * Looks whether the file's frame fits into its bytes.
     *
     * @param name of it, for people
     * @throws Refusal UNREADABLE when it does not, UNSUPPORTED for a packing that is not read
     */
    static void check(String name, byte[] file) {
        try {
            new AvroFiles(file).walk(name);
        } catch (IOException e) {
            throw new Refusal(
                    Refusal.Kind.UNREADABLE,
                    "The file " + name + " is no Avro file that can be read: " + e.getMessage());
        }
    }

    /** As {@link Document#checked}, where files are read: what is broken in one is a refusal. */
    static <T> T reading(Supplier<T> work) {
        return unreadable(() -> Document.checked(work));
    }

    /** What is broken in a file is a refusal. */
    static <T> T unreadable(Supplier<T> work) {
        try {
            return work.get();
        } catch (AvroRuntimeException
                | RuntimeIOException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | ArithmeticException e) {
            throw new Refusal(
                    Refusal.Kind.UNREADABLE,
                    "A manifest of the table cannot be read: " + Document.sentence(e));
        }
    }

    private void walk(String name) throws IOException {
        if (!Arrays.equals(file, 0, Math.min(MAGIC.length, file.length), MAGIC, 0, MAGIC.length)) {
            throw new IOException("it does not begin as one does");
        }
        at = MAGIC.length;
        String packing = header();
        if (!packing.equals("null") && !packing.equals("deflate")) {
            throw new Refusal(
                    Refusal.Kind.UNSUPPORTED,
                    "The file "
                            + name
                            + " is packed by "
                            + packing
                            + ", and gzip is read here: set write.avro.compression-codec to gzip"
                            + " and rewrite the table's manifests");
        }
        byte[] sync = bytes(SYNC);
        long entries = 0;
        while (at < file.length) {
            long count = number();
            if (count < 0 || count > MOST_ENTRIES - entries) {
                throw new IOException("a block would have " + count + " entries");
            }
            entries += count;
            skip(number());
            if (!Arrays.equals(sync, bytes(SYNC))) {
                throw new IOException("a block does not end where it says");
            }
        }
    }

    /** Skips what it says of itself. @return its packing */
    private String header() throws IOException {
        String packing = "null";
        for (long count = number(); count != 0; count = number()) {
            if (count < 0) {
                number(); // bytes of these entries
                count = -count;
            }
            if (count < 0 || count > file.length) {
                throw new IOException("its header would have " + count + " entries");
            }
            for (long i = 0; i < count; i++) {
                String key = text();
                String value = text();
                if (key.equals(PACKING)) {
                    packing = value;
                }
            }
        }
        return packing;
    }

    private String text() throws IOException {
        long length = number();
        int from = at;
        skip(length);
        return new String(file, from, at - from, StandardCharsets.UTF_8);
    }

    private byte[] bytes(int count) throws IOException {
        int from = at;
        skip(count);
        return Arrays.copyOfRange(file, from, at);
    }

    private void skip(long count) throws IOException {
        if (count < 0 || count > file.length - at) {
            throw new IOException(
                    "it would need " + count + " bytes where it has " + (file.length - at));
        }
        at += (int) count;
    }

    /** A zig-zag number of up to ten bytes. */
    private long number() throws IOException {
        long bits = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= file.length) {
                throw new EOFException("it ends within a number");
            }
            byte next = file[at++];
            bits |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return (bits >>> 1) ^ -(bits & 1);
            }
        }
        throw new IOException("a number does not end");
    }

    /** Makes codecs of which each reads one file. */
    private static final class Bounded extends CodecFactory {
        @Override
        protected Codec createInstance() {
            return new Deflated();
        }
    }

    /** Deflate without a header (RFC 1951), as far as the bounds. For one file, and one thread. */
    static final class Deflated extends Codec {
        private static final int STEP = 64 << 10;
        private static final int LEVEL = 1;

        private long unpacked;

        @Override
        public String getName() {
            return "deflate";
        }

        @Override
        public ByteBuffer compress(ByteBuffer plain) throws IOException {
            return new org.apache.avro.file.DeflateCodec(LEVEL).compress(plain);
        }

        @Override
        public ByteBuffer decompress(ByteBuffer packed) throws IOException {
            Inflater inflater = new Inflater(true);
            try {
                inflater.setInput(packed.duplicate());
                byte[] plain = new byte[(int) Math.clamp(4L * packed.remaining(), 1_024, STEP)];
                int length = 0;
                while (!inflater.finished()) {
                    if (length == plain.length) {
                        plain = Arrays.copyOf(plain, (int) Math.min(2L * length, MOST_BLOCK + 1L));
                    }
                    int count = inflater.inflate(plain, length, plain.length - length);
                    length += count;
                    if (length > MOST_BLOCK || unpacked + length > MOST_FILE) {
                        throw new Refusal(
                                Refusal.Kind.TOO_LARGE,
                                "A block of an Avro file unpacks to more than "
                                        + (MOST_BLOCK >> 20)
                                        + " MiB, or a file to more than "
                                        + (MOST_FILE >> 20)
                                        + " MiB");
                    }
                    if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                        break; // as the library has it: what is cut off is what is there
                    }
                }
                unpacked += length;
                return ByteBuffer.wrap(plain, 0, length);
            } catch (DataFormatException e) {
                throw new IOException("what is packed cannot be read: " + e.getMessage(), e);
            } finally {
                inflater.end();
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Deflated;
        }

        @Override
        public int hashCode() {
            return Deflated.class.hashCode();
        }
    }
}
