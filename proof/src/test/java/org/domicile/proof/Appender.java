package org.domicile.proof;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.domicile.bytes.StorageFailure;
import org.domicile.keyspace.Keyspace;
import org.domicile.keyspace.KeyspaceOptions;
import org.domicile.keyspace.Space;
import org.domicile.keyspace.Transaction;
import org.domicile.keyspace.Write;
import org.domicile.request.Append;

/**
 * A program for the power to fail on: it appends numbers to a log of the real keyspace and writes a
 * record with each, from several threads, and prints each number once it is committed. It ends when
 * its disk does.
 */
final class Appender {
    static final String LOG = "made";

    /** Numbers of one start begin here. */
    static final long START = 1_000_000;

    private Appender() {}

    /** Folder, and how often the program was started before. */
    public static void main(String[] arguments) throws InterruptedException {
        AtomicLong next = new AtomicLong(START * Long.parseLong(arguments[1]));
        Keyspace keyspace = Keyspace.open(Path.of(arguments[0]), options());
        System.out.println("ready");
        List<Thread> threads =
                java.util.stream.IntStream.range(0, 8)
                        .mapToObj(i -> Thread.ofPlatform().start(() -> append(keyspace, next)))
                        .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        Runtime.getRuntime().halt(0);
    }

    static KeyspaceOptions options() {
        return new KeyspaceOptions(4 << 20, 8 << 20, 64, 1 << 20, 1 << 20);
    }

    private static void append(Keyspace keyspace, AtomicLong next) {
        try {
            while (true) {
                long number = next.getAndIncrement();
                keyspace.commit(
                        new Transaction()
                                .write(new Write.Put(Space.RECORDS, key(number), value(number)))
                                .append(new Append(LOG, value(number), new byte[0])));
                synchronized (Appender.class) {
                    System.out.println(number);
                }
            }
        } catch (StorageFailure e) {
            System.err.println("ends: " + e.getMessage());
        }
    }

    static byte[] key(long number) {
        return ("k" + number).getBytes(StandardCharsets.US_ASCII);
    }

    /** Long enough that a few hundred of them make the engine write tables too. */
    static byte[] value(long number) {
        return (number + "-").repeat(100).getBytes(StandardCharsets.US_ASCII);
    }
}
