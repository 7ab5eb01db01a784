package org.domicile.ingest;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.GuardedStreams;
import org.domicile.guard.Refused;
import org.domicile.guard.StreamRefusal;
import org.domicile.request.Caller;
import org.domicile.request.Request;
import org.domicile.streams.StreamRecord;

/**
 * Sends records to those who follow streams. What it holds of them is a part of the heap, and half
 * of that at most for one organisation: whoever finds no room waits for it, and who keeps it for
 * long is ended. Safe for concurrent use.
 */
final class Sending {
    /** What a poll gives at most: a mebibyte and a record, with what its text takes in pieces. */
    static final long PORTION = 4 << 20;

    /** Records between two questions whether the client may go on. */
    private static final int AT_ONCE = 500;

    /** How long one who waits for records has room for them: others wait for it. */
    private static final Duration TURN = Duration.ofMillis(100);

    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Room room;
    private final Rates rates;
    private final Duration slow;
    private final InstantSource clock;
    private final LongSupplier nanos;

    /** In this program's heap. @param rate bytes a second to an organisation; 0 for no bound */
    Sending(long rate, InstantSource clock) {
        this(
                room(Runtime.getRuntime().maxMemory() / 8),
                rate,
                Duration.ofMinutes(1),
                clock,
                System::nanoTime);
    }

    /**
     * @param slow how long who follows may hold what it is sent; it waits twice as long for room
     * @param nanos by which that is counted
     */
    Sending(Room room, long rate, Duration slow, InstantSource clock, LongSupplier nanos) {
        this.room = room;
        this.rates = new Rates(rate);
        this.slow = slow;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Two of each organisation have room at least. */
    static Room room(long bytes) {
        long all = Math.max(4 * PORTION, bytes);
        return new Room(all, all / 2, Duration.ZERO);
    }

    /** The same request, of now. */
    private Request now(Request request) {
        Instant now = clock.instant();
        return new Request(
                request.id(),
                request.caller(),
                request.door(),
                request.zone(),
                request.address(),
                now,
                now.plus(LONGEST),
                Optional.empty());
    }

    private static String organisation(Request request) {
        return request.caller() instanceof Caller.Known known ? known.organisation() : "";
    }

    /** Sends until there are enough, nothing came for long, or an error says why no more do. */
    void send(Request request, GuardedStreams.Reader reader, Sink sink, long limit, long idle)
            throws IOException {
        sink.open();
        long sent = 0;
        Instant last = clock.instant();
        Instant heard = last;
        while (sent < limit) {
            if (pay(organisation(request), sink)) {
                last = clock.instant(); // it did not wait for records
                heard = last;
            }
            try (Room.Part part = room.part(organisation(request))) {
                find(part, sink);
                List<StreamRecord> records =
                        reader.poll(now(request), TURN, (int) Math.min(AT_ONCE, limit - sent));
                long size = records.stream().mapToLong(StreamRecord::weight).sum();
                part.shrink(size);
                Instant now = clock.instant();
                if (!records.isEmpty()) {
                    rates.came(organisation(request), size, System.nanoTime());
                    send(records, sink);
                    sent += records.size();
                    last = now;
                    heard = now;
                } else if (Duration.between(last, now).toMillis() >= idle) {
                    return;
                } else if (Duration.between(heard, now).compareTo(SILENCE) > 0) {
                    heard = now;
                    sink.breathe();
                }
            } catch (Refused e) {
                sink.end(Entrance.refused(e));
                return;
            } catch (StreamRefusal e) {
                sink.end(Entrance.failure(e));
                return;
            } catch (StorageFailure e) {
                sink.end(new Failure(503, "unavailable", Entrance.sentence(e)));
                return;
            } catch (Failure e) {
                sink.end(e);
                return;
            }
        }
    }

    /**
     * Waits until what its organisation was sent is paid off, and lets it know that it waits.
     *
     * @return whether there was something
     */
    private boolean pay(String organisation, Sink sink) throws IOException {
        Duration wait = rates.wait(organisation, System.nanoTime());
        boolean owed = !wait.isZero();
        while (!wait.isZero() && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos((wait.compareTo(SILENCE) < 0 ? wait : SILENCE).toNanos());
            wait = rates.wait(organisation, System.nanoTime());
            if (!wait.isZero()) {
                sink.breathe();
            }
        }
        return owed;
    }

    /** Room for what a poll gives; who waits for it is told that it is still heard. */
    private void find(Room.Part part, Sink sink) throws IOException {
        long end = nanos.getAsLong() + 2 * slow.toNanos();
        while (!part.grows(PORTION, SILENCE.compareTo(slow) < 0 ? SILENCE : slow)) {
            if (nanos.getAsLong() - end >= 0 || Thread.currentThread().isInterrupted()) {
                throw new Failure(
                        503,
                        "overloaded",
                        "Others who follow streams, or your organisation's own, take all the room"
                                + " there is; come back with Last-Event-ID.");
            }
            sink.breathe();
        }
    }

    private void send(List<StreamRecord> records, Sink sink) throws IOException {
        long end = nanos.getAsLong() + slow.toNanos();
        for (StreamRecord each : records) {
            if (nanos.getAsLong() - end >= 0) {
                throw new Failure(
                        408,
                        "too-slow",
                        "You took what you were sent too slowly; come back with Last-Event-ID, or"
                                + " follow by Kafka's protocol.");
            }
            // a record that has begun is not ended by an event, but cut off
            sink.send(each, () -> nanos.getAsLong() - end - slow.toNanos() >= 0);
        }
        sink.flush();
    }
}
