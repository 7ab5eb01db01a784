package org.domicile.guard;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Vault;
import org.domicile.ledger.Ledger;
import org.domicile.ledger.Use;
import org.domicile.policy.Resource;
import org.domicile.request.Caller;
import org.domicile.request.Outcome;
import org.domicile.request.Request;
import org.domicile.streams.Streams;

/**
 * Minutes of access that are under way. One thread ends them and keeps what is known of them; the
 * locks {@code turns}, which accesses share, let one request begin a minute while others wait.
 */
final class StreamMinutes implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.guard");
    private static final int TURNS = 64;

    /** Minutes that are in memory at one time, of all organisations. */
    static final int MOST = 100_000;

    /** Counts of requests that were under way when the minute ended come a little later. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** After that nothing of it comes. */
    private static final long REMEMBERED_MINUTES = 2;

    private static final Duration KEPT_EACH = Duration.ofSeconds(5);

    /** Between two looks at what is over. */
    static final Duration STEP = Duration.ofSeconds(1);

    /** Who does what from where. @param object the stream, or the name of a group */
    record Access(
            String organisation,
            Caller caller,
            String address,
            String zone,
            String action,
            String object) {}

    private record Held(Access access, Ending ending) {
        StreamMinute minute() {
            return ending.minute();
        }
    }

    /**
     * What is to be told of a minute at its end.
     *
     * @param whole whether all that it was is known
     * @param pause between tries that fail
     */
    private record Ending(StreamMinute minute, boolean whole, LivePause pause) {
        static Ending of(StreamMinute minute, boolean whole) {
            return new Ending(minute, whole, new LivePause());
        }

        boolean isDue() {
            return minute.wantsClosing() && pause.isOver(LivePause.tick());
        }
    }

    private final Streams streams;
    private final Ledger ledger;
    private final Vault vault;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Map<Access, StreamMinute> present = new ConcurrentHashMap<>();
    private final Map<String, Held> all = new ConcurrentHashMap<>();

    /** Accesses that are on record for a minute and are not counted. */
    private final Map<Access, Long> seen = new ConcurrentHashMap<>();

    private final Halves room;
    private final Halves roomOfSeen;

    private final Duration step;
    private final ReentrantLock[] turns = new ReentrantLock[TURNS];
    private final Thread ending;
    private volatile boolean closed;
    private Instant kept = Instant.EPOCH;

    /**
     * @param most minutes that are in memory at one time
     * @param step between two looks at what is over
     */
    StreamMinutes(
            Streams streams,
            Ledger ledger,
            Vault vault,
            InstantSource clock,
            SecureRandom random,
            int most,
            Duration step) {
        this.step = step;
        this.room = new Halves(most);
        this.roomOfSeen = new Halves(most);
        this.streams = streams;
        this.ledger = ledger;
        this.vault = vault;
        this.clock = clock;
        this.random = random;
        for (int i = 0; i < TURNS; i++) {
            turns[i] = new ReentrantLock();
        }
        Map<String, byte[]> left = streams.begun(); // before the first of ours begins
        this.ending = Thread.ofVirtual().name("streams minutes").start(() -> run(left));
    }

    private static String name(String id) {
        return "guard/streams/minute/" + id;
    }

    private static Access access(Uses uses, String action, String object) {
        Request request = uses.request();
        return new Access(
                uses.organisation(),
                request.caller(),
                request.address(),
                request.zone(),
                action,
                object);
    }

    /**
     * Lets an access in, or throws: it is decided about now, and on record since this minute began.
     *
     * @return whether this request began the minute
     */
    boolean admit(Uses uses, String action, Resource resource, String object) {
        Access access = access(uses, action, object);
        long now = StreamMinute.minute(uses.at());
        if (isPresent(access, now)) {
            uses.check(action, resource, object);
            return false;
        }
        ReentrantLock turn = turns[Math.floorMod(access.hashCode(), TURNS)];
        turn.lock();
        try {
            if (isPresent(access, now)) {
                uses.check(action, resource, object);
                return false;
            }
            if (!room.take(access.organisation())) {
                throw new StorageFailure(
                        StorageFailure.Kind.OVERLOADED,
                        "as many clients of your organisation use streams as there is room for;"
                                + " try again in a few minutes");
            }
            boolean begun = false;
            try {
                begin(uses, access, resource);
                begun = true;
            } finally {
                if (!begun) {
                    room.give(access.organisation());
                }
            }
            return true;
        } finally {
            turn.unlock();
        }
    }

    private void begin(Uses uses, Access access, Resource resource) {
        try (Admitted use = uses.admit(access.action(), resource, access.object())) {
            StreamMinute minute = new StreamMinute(fresh(), use.use());
            streams.begin(
                    use.carrying(() -> 0),
                    minute.id(),
                    vault.seal(name(minute.id()), minute.encode()));
            all.put(minute.id(), new Held(access, Ending.of(minute, true)));
            present.put(access, minute);
        }
    }

    private boolean isPresent(Access access, long now) {
        StreamMinute minute = present.get(access);
        return minute != null && minute.minute() == now;
    }

    /** The same for what nothing is counted of: once in a minute it is on record. */
    void admitOnce(Uses uses, String action, Resource resource, String object, Outcome outcome) {
        Access access = access(uses, action, object);
        long now = StreamMinute.minute(uses.at());
        Long before = seen.get(access);
        if (before != null && before == now) {
            uses.check(action, resource, object);
            return;
        }
        try (Admitted use = uses.admit(action, resource, object)) {
            use.record(outcome, 0);
        }
        seen.compute(
                access,
                (_, last) -> last != null || roomOfSeen.take(access.organisation()) ? now : null);
    }

    private String fresh() {
        byte[] id = new byte[12];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /** The minute that counts go to: the latest of an access that was admitted. */
    Optional<StreamMinute> of(Uses uses, String action, String object) {
        return Optional.ofNullable(present.get(access(uses, action, object)));
    }

    /** What a program that died left. */
    private List<Ending> left(Map<String, byte[]> left) {
        List<Ending> endings = new ArrayList<>();
        left.forEach((id, sealed) -> {
            try {
                byte[] plain = vault.open(name(id), sealed);
                endings.add(Ending.of(StreamMinute.decode(id, plain), false));
            } catch (RuntimeException e) {
                // it keeps none of the others, and stays
                LOG.log(Level.ERROR, "what is kept of a minute of a stream cannot be read", e);
            }
        });
        return endings;
    }

    /** Ends some, with one sync for many. What goes wrong with one keeps none of the others. */
    private void end(List<Ending> endings) {
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        try (ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Ending each : endings) {
                together.execute(() -> {
                    try {
                        end(each.minute(), each.whole());
                        each.pause().done();
                    } catch (RuntimeException e) {
                        each.pause().failed(LivePause.tick());
                        failures.add(e);
                    }
                });
            }
        }
        RuntimeException first = failures.peek();
        if (first instanceof StorageFailure) {
            LOG.log(
                    Level.ERROR,
                    "{0} minutes of streams could not be ended, and are tried again: {1}",
                    failures.size(),
                    first.getMessage());
        } else if (first != null) {
            LOG.log(Level.ERROR, failures.size() + " minutes of streams could not be ended", first);
        }
    }

    private void run(Map<String, byte[]> left) {
        List<Ending> before = left(left);
        end(before);
        while (!closed) {
            try {
                Thread.sleep(step);
                turn(clock.instant(), before);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "minutes of streams could not be ended", e);
            }
        }
    }

    /**
     * Ends what is over, and keeps what is known of the rest.
     *
     * @param left of a program that died; those that have ended are taken away
     */
    private void turn(Instant now, List<Ending> left) {
        long minute = StreamMinute.minute(now.minus(GRACE));
        left.removeIf(each -> !each.minute().wantsClosing());
        List<Ending> due = new ArrayList<>(left.stream().filter(Ending::isDue).toList());
        for (Held held : all.values()) {
            if (held.minute().minute() < minute && held.ending().isDue()) {
                due.add(held.ending());
            }
        }
        end(due);
        for (Held held : List.copyOf(all.values())) {
            StreamMinute each = held.minute();
            if (each.isOver() && each.minute() + REMEMBERED_MINUTES < minute) {
                all.remove(each.id());
                room.give(held.access().organisation());
                present.remove(held.access(), each);
            }
        }
        seen.forEach((access, last) -> {
            if (last < minute && seen.remove(access, last)) {
                roomOfSeen.give(access.organisation());
            }
        });
        if (Duration.between(kept, now).compareTo(KEPT_EACH) >= 0) {
            kept = now;
            keepChanged();
        }
    }

    private void keepChanged() {
        List<StreamMinute> changed =
                all.values().stream().map(Held::minute).filter(StreamMinute::takeChanged).toList();
        Map<String, byte[]> sealed = new HashMap<>();
        boolean noted = false;
        try {
            for (StreamMinute each : changed) {
                sealed.put(each.id(), vault.seal(name(each.id()), each.encode()));
            }
            streams.note(sealed);
            noted = true;
        } finally {
            if (!noted) {
                changed.forEach(StreamMinute::giveBackChanged);
            }
        }
    }

    /**
     * @param whole whether all that it was is known
     */
    private void end(StreamMinute minute, boolean whole) {
        Use opening = minute.opening();
        StreamMinute.Told told = minute.take(whole);
        Request request =
                new Request(
                        "streams",
                        opening.caller(),
                        "program",
                        opening.clientZone(),
                        opening.address(),
                        clock.instant(),
                        Instant.MAX,
                        Optional.empty());
        boolean ended = false;
        try {
            end(request, minute, told);
            ended = true;
        } finally {
            if (!ended) {
                minute.giveBack(told); // after a death it is closed with what was kept
            }
        }
    }

    private void end(Request request, StreamMinute minute, StreamMinute.Told told) {
        String organisation = minute.opening().organisation();
        long number = ledger.number(organisation);
        Use closing = minute.closing(number, clock.instant(), told.object());
        try {
            streams.end(request.carrying(ledger.pending(closing, told::bytes)), minute.id());
        } catch (Keys.KeyGone e) {
            // Whom it concerns was erased: of that nothing can be kept any more.
            ledger.abandon(organisation, number);
            streams.end(request, minute.id());
        } catch (RuntimeException e) {
            ledger.abandon(organisation, number);
            throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        ending.interrupt();
        try {
            ending.join();
            end(
                    all.values().stream()
                            .map(Held::ending)
                            .filter(each -> each.minute().wantsClosing())
                            .toList());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
