package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.domicile.bytes.StorageFailure;
import org.domicile.streams.StreamLog;
import org.domicile.streams.StreamRecord;
import org.domicile.streams.Topic;
import org.domicile.streams.Volume;

/** A log of streams in memory; records come into one partition, at first the first of them. */
public final class MemoryLog implements StreamLog {
    private final Map<String, List<List<StreamRecord>>> streams = new TreeMap<>();
    private final Map<String, Callable<Boolean>> holds = new ConcurrentHashMap<>();
    private Volume volume = new Volume(Volume.Encryption.NONE, "memory");
    private boolean running;
    private int lasts = Integer.MAX_VALUE;
    private int breaks = Integer.MAX_VALUE;
    private boolean refuses;
    private int into;
    private int atOnce = Integer.MAX_VALUE;

    /** Gives so many records in a poll at most. */
    synchronized void giveAtOnce(int records) {
        atOnce = records;
    }

    /** Lets records come into another partition from now on. */
    synchronized void into(int partition) {
        into = partition;
    }

    /** Takes so many records more, and fails once. */
    synchronized void failAfter(int records) {
        lasts = records;
    }

    /** Takes so many records of the next request, and says so. */
    synchronized void breakAfter(int records) {
        breaks = records;
    }

    /** Whether streams cannot be removed. */
    synchronized void refuseRemoval(boolean refuse) {
        refuses = refuse;
    }

    /** Which transactions are open, as a test says. */
    final List<String> open = new CopyOnWriteArrayList<>();

    @Override
    public List<String> open(String prefix) {
        return open.stream().filter(each -> each.startsWith(prefix)).toList();
    }

    /** Which transactions were abandoned, in order. */
    final BlockingQueue<String> abandoned = new LinkedBlockingQueue<>();

    @Override
    public void abandon(String prefix) {
        abandoned.add(prefix);
    }

    /** Names of streams that cannot be kept. */
    final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** Names of streams that were to be kept, each time. */
    final List<String> kept = new CopyOnWriteArrayList<>();

    /** Whether it starts. */
    volatile boolean starts = true;

    /** Another volume. */
    MemoryLog on(Volume other) {
        volume = other;
        return this;
    }

    @Override
    public Volume volume() {
        return volume;
    }

    @Override
    public int startForWorkers() {
        return start();
    }

    @Override
    public int start() {
        if (!starts) {
            throw new StorageFailure(StorageFailure.Kind.FENCED, "the port is taken");
        }
        running = true;
        return 1;
    }

    @Override
    public Optional<Integer> port() {
        return running ? Optional.of(1) : Optional.empty();
    }

    @Override
    public Optional<String> failure() {
        return Optional.empty();
    }

    @Override
    public synchronized void keep(Topic topic, Letting letting) {
        start();
        kept.add(topic.name());
        if (refused.contains(topic.name())) {
            throw new StorageFailure(StorageFailure.Kind.OVERLOADED, "not this one");
        }
        List<List<StreamRecord>> all =
                streams.computeIfAbsent(topic.name(), _ -> new ArrayList<>());
        while (all.size() < topic.partitions()) {
            all.add(new ArrayList<>());
        }
    }

    @Override
    public void fence() {}

    @Override
    public synchronized boolean remove(String name) {
        if (refuses) {
            throw new StorageFailure(StorageFailure.Kind.OVERLOADED, "not now");
        }
        return streams.remove(name) != null;
    }

    @Override
    public synchronized List<String> names() {
        return List.copyOf(streams.keySet());
    }

    /** Lets whoever asks for a stream's extents wait, and counts them. */
    AtomicInteger hold(String name, CountDownLatch until) {
        AtomicInteger waiting = new AtomicInteger();
        holds.put(
                name,
                () -> {
                    waiting.incrementAndGet();
                    until.await();
                    return true;
                });
        return waiting;
    }

    @Override
    public List<Extent> extents(String name) {
        try {
            holds.getOrDefault(name, () -> false).call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        synchronized (this) {
            List<Extent> extents = new ArrayList<>();
            for (List<StreamRecord> each : streams.getOrDefault(name, List.of())) {
                extents.add(new Extent(extents.size(), 0, each.size()));
            }
            return extents;
        }
    }

    @Override
    public String id(String name) {
        return "log";
    }

    @Override
    public synchronized Map<Integer, Long> ends(String name, int partitions) {
        Map<Integer, Long> ends = new TreeMap<>();
        for (List<StreamRecord> each : streams.getOrDefault(name, List.of())) {
            ends.put(ends.size(), (long) each.size());
        }
        return ends;
    }

    @Override
    public synchronized long bytes(String name) {
        return streams.getOrDefault(name, List.of()).stream()
                .flatMap(List::stream)
                .mapToLong(each -> each.value().map(value -> value.length).orElse(0))
                .sum();
    }

    @Override
    public void trim(String name, Map<Integer, Long> before, Instant came) {}

    @Override
    public synchronized Appended append(String stream, List<StreamRecord.Coming> records) {
        List<List<StreamRecord>> there = streams.get(stream);
        if (there == null) {
            return new Appended.Absent();
        }
        List<StreamRecord> all = there.get(into);
        List<Place> places = new ArrayList<>();
        for (StreamRecord.Coming each : records) {
            if (breaks-- == 0) {
                breaks = Integer.MAX_VALUE;
                return new Appended.Broken(
                        places.size(),
                        new StorageFailure(StorageFailure.Kind.FENCED, "the log fails"));
            }
            if (lasts-- == 0) {
                lasts = Integer.MAX_VALUE;
                throw new StorageFailure(StorageFailure.Kind.FENCED, "the log fails");
            }
            places.add(new Place(into, all.size()));
            all.add(
                    new StreamRecord(
                            into,
                            all.size(),
                            each.at().orElse(Instant.EPOCH),
                            each.key(),
                            each.value(),
                            each.headers()));
        }
        return new Appended.Kept(places);
    }

    @Override
    public Reader read(String stream, Map<Integer, Long> from) {
        Map<Integer, Long> next = new HashMap<>(from);
        return new Reader() {
            @Override
            public List<StreamRecord> poll(Duration longest) {
                List<StreamRecord> given = new ArrayList<>();
                synchronized (MemoryLog.this) {
                    List<List<StreamRecord>> there = streams.getOrDefault(stream, List.of());
                    next.replaceAll((partition, at) -> {
                        List<StreamRecord> all =
                                partition < there.size() ? there.get(partition) : List.of();
                        int from = Math.min((int) (long) at, all.size());
                        int end = from + Math.min(atOnce - given.size(), all.size() - from);
                        given.addAll(all.subList(from, end));
                        return (long) end;
                    });
                }
                if (given.isEmpty()) {
                    LockSupport.parkNanos(Math.min(longest.toNanos(), 5_000_000));
                }
                return given;
            }

            @Override
            public long next(int partition) {
                return next.getOrDefault(partition, 0L);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        running = false;
    }
}
