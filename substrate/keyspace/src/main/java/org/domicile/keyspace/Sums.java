package org.domicile.keyspace;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.domicile.bytes.StorageFailure;
import org.jspecify.annotations.Nullable;

/** What additions make of a value: numbers of eight big-endian bytes each. */
final class Sums {
    private Sums() {}

    /**
     * The numbers that a value is; none when it is absent.
     *
     * @throws StorageFailure CORRUPT when the value is no such numbers
     */
    static long[] numbers(byte @Nullable [] value) {
        if (value == null) {
            return new long[0];
        }
        if (value.length % Long.BYTES != 0) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT,
                    "what is added to is not made of numbers: it has " + value.length + " bytes");
        }
        long[] numbers = new long[value.length / Long.BYTES];
        ByteBuffer.wrap(value).asLongBuffer().get(numbers);
        return numbers;
    }

    /** The numbers with the amounts added; those that only one side has are 0 on the other. */
    static byte[] sum(long[] numbers, long[] amounts) {
        long[] sum = Arrays.copyOf(numbers, Math.max(numbers.length, amounts.length));
        for (int i = 0; i < amounts.length; i++) {
            sum[i] += amounts[i];
        }
        ByteBuffer value = ByteBuffer.allocate(sum.length * Long.BYTES);
        value.asLongBuffer().put(sum);
        return value.array();
    }

    /** Whether no number that the transaction raises would pass its limit. */
    static boolean within(Condition.Within condition, byte @Nullable [] value, Transaction by) {
        for (Write write : by.writes()) {
            if (write instanceof Write.Add(Space space, byte[] key, long[] amounts)
                    && space == condition.space()
                    && Arrays.equals(key, condition.key())) {
                return within(numbers(value), amounts, condition.limits());
            }
        }
        return true;
    }

    private static boolean within(long[] numbers, long[] amounts, long[] limits) {
        for (int i = 0; i < Math.min(amounts.length, limits.length); i++) {
            long present = i < numbers.length ? numbers[i] : 0;
            // Without the sum, which might be too large for a number.
            if (amounts[i] > 0 && present > limits[i] - amounts[i]) {
                return false;
            }
        }
        return true;
    }
}
