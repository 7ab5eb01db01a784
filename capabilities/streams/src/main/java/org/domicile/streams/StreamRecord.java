package org.domicile.streams;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A record as it lies in a stream. Its bytes are not to be changed.
 *
 * @param at when it happened, as its producer said, at most a minute ahead; or when it came
 */
public record StreamRecord(
        int partition,
        long offset,
        Instant at,
        Optional<byte[]> key,
        Optional<byte[]> value,
        List<Header> headers) {
    /** Headers are its own. */
    public StreamRecord {
        headers = List.copyOf(headers);
    }

    /** What a record takes beside its bytes, and each of its headers. */
    private static final int OVERHEAD = 128;

    /** Bytes in memory, about. */
    public long weight() {
        long bytes = OVERHEAD + length(key) + length(value);
        for (Header each : headers) {
            bytes += OVERHEAD + each.name().length() + each.value().length;
        }
        return bytes;
    }

    private static int length(Optional<byte[]> bytes) {
        return bytes.isPresent() ? bytes.get().length : 0;
    }

    /** What stands beside a record, by a name that need not be the only one. */
    public record Header(String name, byte[] value) {}

    /**
     * One that is to come.
     *
     * @param at empty for when it comes; a moment that is yet to be is that, too
     */
    public record Coming(
            Optional<byte[]> key,
            Optional<byte[]> value,
            Optional<Instant> at,
            List<Header> headers) {
        /** A value alone. */
        public static Coming of(byte[] value) {
            return new Coming(Optional.empty(), Optional.of(value), Optional.empty(), List.of());
        }

        /** Headers are its own. */
        public Coming {
            headers = List.copyOf(headers);
        }
    }
}
