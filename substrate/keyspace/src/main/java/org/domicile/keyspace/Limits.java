package org.domicile.keyspace;

import org.domicile.request.Append;

/**
 * The sizes that the package's page promises. Passing one is a bug of the caller, who knows its own
 * limits, so it crashes.
 */
final class Limits {
    static final int KEY = 4_096;
    static final int VALUE = 1 << 20;
    static final int TRANSACTION = 16 << 20;
    static final int WRITES = 10_000;
    static final int PAYLOAD = VALUE;
    static final int LOG_NAME = 512;
    static final int AMOUNTS = 8;

    /** Payload bytes of a transaction that may use the reserve of a full disk. */
    static final int FRUGAL = 16 << 10;

    private Limits() {}

    /** The version behind which others follow. */
    static long leap(long version, long by) {
        if (by <= 0 || version > Long.MAX_VALUE - by) {
            throw new IllegalArgumentException(
                    "from version " + version + " no leap leads over " + by);
        }
        return version + by;
    }

    /** Bytes of keys, values, entries and payloads, after checking each. */
    static long check(Transaction transaction) {
        int changes = transaction.writes().size() + transaction.appends().size();
        if (changes > WRITES) {
            throw new IllegalArgumentException(
                    "a transaction has at most " + WRITES + " writes and appends, not " + changes);
        }
        long bytes = 0;
        for (Condition condition : transaction.conditions()) {
            switch (condition) {
                case Condition.Holds holds -> key(holds.key().length);
                case Condition.First first -> range(first.range());
                case Condition.Within within -> key(within.key().length);
            }
        }
        for (Write write : transaction.writes()) {
            bytes +=
                    switch (write) {
                        case Write.Put put -> key(put.key().length) + value(put.value());
                        case Write.Delete delete -> key(delete.key().length);
                        case Write.DeleteRange delete -> range(delete.range());
                        case Write.PutStamped put ->
                                key(put.prefix().length + Long.BYTES + put.suffix().length)
                                        + value(put.value());
                        case Write.Add add -> key(add.key().length) + amounts(add.amounts());
                    };
        }
        for (Append append : transaction.appends()) {
            if (append.payload().length > PAYLOAD) {
                throw new IllegalArgumentException("a payload has at most " + PAYLOAD + " bytes");
            }
            if (append.log().isEmpty() || append.log().length() > LOG_NAME) {
                throw new IllegalArgumentException(
                        "a log's name has 1 to " + LOG_NAME + " characters");
            }
            bytes += append.entry().length + append.payload().length;
        }
        if (bytes > TRANSACTION) {
            throw new IllegalArgumentException(
                    "a transaction has at most " + TRANSACTION + " bytes, not " + bytes);
        }
        return bytes;
    }

    private static long key(int length) {
        if (length > KEY) {
            throw new IllegalArgumentException(
                    "a key has at most " + KEY + " bytes, not " + length);
        }
        return length;
    }

    private static long range(Range range) {
        // The end of a prefix range is as long as the prefix; a successor adds one byte.
        return key(range.from().length) + key(range.to().length);
    }

    private static long amounts(long[] amounts) {
        if (amounts.length < 1 || amounts.length > AMOUNTS) {
            throw new IllegalArgumentException(
                    "an addition has 1 to " + AMOUNTS + " amounts, not " + amounts.length);
        }
        return (long) amounts.length * Long.BYTES;
    }

    private static long value(byte[] value) {
        if (value.length > VALUE) {
            throw new IllegalArgumentException(
                    "a value has at most " + VALUE + " bytes, not " + value.length);
        }
        return value.length;
    }
}
