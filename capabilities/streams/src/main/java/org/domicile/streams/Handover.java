package org.domicile.streams;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.domicile.bytes.StorageFailure;

/**
 * What classes of ours need that Kafka makes itself, by the number that its configuration hands
 * them: it keeps texts alone.
 *
 * @param secret of the program's own log-in
 * @param full why nothing more is published; empty while there is room
 */
record Handover(
        Admission admission,
        String secret,
        long rate,
        Supplier<String> full,
        Optional<Supplier<SSLContext>> tls) {
    static final String KEY = "domicile.handover";

    /** The program's own log-in. No credential is called so: it has characters that none has. */
    static final String PROGRAM = "(program)";

    private static final AtomicLong COUNT = new AtomicLong();
    private static final Map<String, Handover> OPEN = new ConcurrentHashMap<>();

    /** Keeps it under a number, until it is taken back. */
    String open() {
        String number = Long.toString(COUNT.incrementAndGet());
        OPEN.put(number, this);
        return number;
    }

    static void close(String number) {
        OPEN.remove(number);
    }

    static Handover in(Map<String, ?> configs) {
        Handover found = OPEN.get(String.valueOf(configs.get(KEY)));
        if (found == null) {
            throw new IllegalStateException("Kafka did not hand over what it was given");
        }
        return found;
    }

    /**
     * Refuses what is to be published where there is no room.
     *
     * @throws StorageFailure FULL
     */
    static void room(Supplier<String> full) {
        String why = full.get();
        if (!why.isEmpty()) {
            throw new StorageFailure(StorageFailure.Kind.FULL, why);
        }
    }

    @Override
    public String toString() {
        return "handover";
    }
}
