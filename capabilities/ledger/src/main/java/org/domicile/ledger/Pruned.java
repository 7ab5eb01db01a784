package org.domicile.ledger;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What was pruned of a use log, as it is stored.
 *
 * @param to the first entry that is kept; a multiple of 256
 * @param swept the same for files and payloads: what is between may still lie there
 * @param numbers of the entries that are gone, and those that closing entries among them named
 */
record Pruned(long to, long swept, List<Numbers.Run> numbers) {
    static final Pruned NOTHING = new Pruned(0, 0, List.of());

    byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate((2 + 2 * numbers.size()) * Long.BYTES);
        buffer.putLong(to).putLong(swept);
        numbers.forEach(run -> buffer.putLong(run.from()).putLong(run.to()));
        return buffer.array();
    }

    static Pruned decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long to = buffer.getLong();
        long swept = buffer.getLong();
        List<Numbers.Run> numbers = new ArrayList<>();
        while (buffer.hasRemaining()) {
            numbers.add(new Numbers.Run(buffer.getLong(), buffer.getLong()));
        }
        return new Pruned(to, swept, List.copyOf(numbers));
    }

    /** With more entries gone. */
    Pruned further(long end, List<Numbers.Run> more) {
        TreeMap<Long, Long> runs = new TreeMap<>();
        numbers.forEach(run -> runs.put(run.from(), run.to()));
        for (Numbers.Run run : more) {
            runs.merge(run.from(), run.to(), Math::max);
        }
        List<Numbers.Run> merged = new ArrayList<>();
        runs.forEach((from, last) -> {
            Numbers.Run before = merged.isEmpty() ? new Numbers.Run(-1, -2) : merged.getLast();
            if (!merged.isEmpty() && from <= before.to() + 1) {
                merged.set(
                        merged.size() - 1,
                        new Numbers.Run(before.from(), Math.max(before.to(), last)));
            } else {
                merged.add(new Numbers.Run(from, last));
            }
        });
        return new Pruned(end, swept, List.copyOf(merged));
    }
}
