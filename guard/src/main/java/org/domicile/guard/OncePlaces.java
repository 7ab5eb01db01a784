package org.domicile.guard;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.domicile.streams.StreamLog;

/**
 * Where records of a request came, as it is kept for a day: which partitions they went to, one
 * after the other, and then what offsets they have in each, both as runs. A request that came to
 * one partition takes a few bytes, however large it is; else a record takes two or three.
 */
final class OncePlaces {
    /** The most records that a request has which comes once is less. */
    private static final int MOST = 1 << 20;

    private OncePlaces() {}

    /** So many in a row. @param first index, or offset */
    private record Run(long first, int partition, int count) {}

    /** Adds one to the last run, or begins another. */
    private static void add(List<Run> runs, long at, int partition) {
        Run last = runs.isEmpty() ? null : runs.getLast();
        if (last != null && last.partition() == partition && last.first() + last.count() == at) {
            runs.set(runs.size() - 1, new Run(last.first(), partition, last.count() + 1));
        } else {
            runs.add(new Run(at, partition, 1));
        }
    }

    /**
     * @param places by the records' indices; not all need be there
     */
    static void encode(DataOutputStream out, SortedMap<Integer, StreamLog.Place> places)
            throws IOException {
        List<Run> indices = new ArrayList<>();
        Map<Integer, List<Run>> offsets = new TreeMap<>();
        for (Map.Entry<Integer, StreamLog.Place> each : places.entrySet()) {
            int partition = each.getValue().partition();
            add(indices, each.getKey(), partition);
            add(
                    offsets.computeIfAbsent(partition, _ -> new ArrayList<>()),
                    each.getValue().offset(),
                    partition);
        }
        number(out, indices.size());
        long next = 0;
        for (Run each : indices) {
            number(out, each.first() - next);
            number(out, each.partition());
            number(out, each.count());
            next = each.first() + each.count();
        }
        for (List<Run> each : offsets.values()) {
            number(out, each.size());
            long end = 0;
            for (Run run : each) {
                long step = run.first() - end; // what came at a second try may be further behind
                number(out, (step << 1) ^ (step >> 63));
                number(out, run.count());
                end = run.first() + run.count();
            }
        }
    }

    static SortedMap<Integer, StreamLog.Place> decode(DataInputStream in) throws IOException {
        TreeMap<Integer, Integer> partitions = new TreeMap<>(); // by index
        Map<Integer, List<Integer>> indices = new TreeMap<>(); // by partition
        long runs = number(in);
        long index = 0;
        for (long i = 0; i < runs; i++) {
            index += number(in);
            int partition = Math.toIntExact(number(in));
            long count = number(in);
            if (index + count > MOST) {
                throw new IOException("more records than a request has");
            }
            for (long j = 0; j < count; j++, index++) {
                partitions.put((int) index, partition);
                indices.computeIfAbsent(partition, _ -> new ArrayList<>()).add((int) index);
            }
        }
        TreeMap<Integer, StreamLog.Place> places = new TreeMap<>();
        for (Map.Entry<Integer, List<Integer>> each : indices.entrySet()) {
            offsets(in, each.getKey(), each.getValue(), places);
        }
        return places;
    }

    private static void offsets(
            DataInputStream in,
            int partition,
            List<Integer> indices,
            Map<Integer, StreamLog.Place> places)
            throws IOException {
        long runs = number(in);
        long offset = 0;
        int at = 0;
        for (long i = 0; i < runs; i++) {
            long step = number(in);
            offset += (step >>> 1) ^ -(step & 1);
            long count = number(in);
            if (count > indices.size() - at) {
                throw new IOException("more offsets than records");
            }
            for (long j = 0; j < count; j++) {
                places.put(indices.get(at++), new StreamLog.Place(partition, offset++));
            }
        }
        if (at < indices.size()) {
            throw new IOException("records without an offset");
        }
    }

    /** Seven bits a byte, the lowest first. */
    private static void number(DataOutputStream out, long number) throws IOException {
        long left = number;
        while ((left & ~127L) != 0) {
            out.writeByte((int) (left & 127) | 128);
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    private static long number(DataInputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int each = in.readUnsignedByte();
            number |= (each & 127L) << shift;
            if (each < 128) {
                return number;
            }
        }
        throw new IOException("a number has no end");
    }
}
