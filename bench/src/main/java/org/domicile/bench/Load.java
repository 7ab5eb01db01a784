package org.domicile.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The light client: keep-alive connections in a closed loop, driven by one thread (or a few), which
 * costs a request little more than its system calls.
 *
 * @param target whom to ask
 * @param connections how many, spread over the threads
 * @param threads of the client
 * @param lasts no request is begun after this long
 * @param most no more requests than these
 * @param perSecond requests begun a second, or {@link Pace#FREE}: each as soon as a connection is
 */
record Load(
        Target target, int connections, int threads, Duration lasts, long most, double perSecond) {
    private static final long LOOK_AGAIN_MILLIS = 100;
    private static final long PACED_LOOK_NANOS = 50_000;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(60);

    /**
     * A server.
     *
     * @param signing who signs, in which region; empty for a server that does not ask
     * @param payload what is signed of bodies
     */
    record Target(InetSocketAddress address, Optional<Signing> signing, Payload payload) {
        /** For the Host header and the signature. */
        String host() {
            return address.getHostString() + ":" + address.getPort();
        }
    }

    /** Credential and region. */
    record Signing(Signer.Credential credential, String region) {}

    /** What a signature says of the body. */
    enum Payload {
        /** Nothing: {@code UNSIGNED-PAYLOAD}. */
        UNSIGNED,
        /** Its SHA-256. */
        SHA256
    }

    /**
     * What a load came to.
     *
     * @param done right answers
     * @param failed other answers and broken connections
     * @param firstFailure what the first of them was, empty when there was none
     * @param seconds from the first request to the last answer
     * @param clientCpu microseconds of the client's CPU, all requests together
     */
    record Outcome(
            long done,
            long failed,
            String firstFailure,
            long bytes,
            double seconds,
            Histogram latency,
            double clientCpu) {
        double perSecond() {
            return seconds == 0 ? 0 : done / seconds;
        }

        double megabytesPerSecond() {
            return seconds == 0 ? 0 : bytes / 1e6 / seconds;
        }
    }

    /** As many requests as are answered. */
    Load(Target target, int connections, int threads, Duration lasts, long most) {
        this(target, connections, threads, lasts, most, Pace.FREE);
    }

    /** The same at a fixed rate, as far as the connections are enough for it. */
    Load paced(double requestsPerSecond) {
        return new Load(target, connections, threads, lasts, most, requestsPerSecond);
    }

    /** What the client's threads share. */
    static final class Shared {
        final Work work;
        final Content content;
        final long deadline;
        private final long most;
        private final AtomicLong left;
        private final AtomicReference<String> failure = new AtomicReference<>("");

        Shared(Work work, Content content, long deadline, long most) {
            this.work = work;
            this.content = content;
            this.deadline = deadline;
            this.most = most;
            this.left = new AtomicLong(most);
        }

        boolean over() {
            return System.nanoTime() - deadline >= 0;
        }

        /** The next step, or null when it is time to stop; the first is never too late. */
        Work.@Nullable Step next() {
            long before = left.getAndDecrement();
            return before > 0 && (before == most || !over()) ? work.next() : null;
        }

        void failed(String why) {
            failure.compareAndSet("", why);
        }
    }

    /**
     * Runs the load to its end.
     *
     * @throws IOException when the server takes no connection
     */
    Outcome run(Work work, Content content) throws IOException {
        long begin = System.nanoTime();
        Shared shared = new Shared(work, content, begin + lasts.toNanos(), most);
        List<Runner> runners = new ArrayList<>();
        int used = Math.min(threads, connections);
        for (int i = 0; i < used; i++) {
            int share = connections / used + (i < connections % used ? 1 : 0);
            runners.add(new Runner(share, shared, new Pace(perSecond / used, begin)));
        }
        List<Thread> started = new ArrayList<>();
        for (Runner runner : runners) {
            started.add(Thread.ofPlatform().name("load").daemon().start(runner));
        }
        for (Thread thread : started) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
        Histogram latency = new Histogram();
        long failed = 0;
        long bytes = 0;
        long cpu = 0;
        long last = begin + 1;
        for (Runner runner : runners) {
            if (runner.broken != null) {
                throw new IOException(
                        "no connection to " + target.host() + ": " + runner.broken.getMessage(),
                        runner.broken);
            }
            latency.merge(runner.figures.latency);
            failed += runner.figures.failed;
            bytes += runner.figures.bytes;
            cpu += runner.cpu;
            last = Math.max(last, runner.figures.last);
        }
        return new Outcome(
                latency.count(),
                failed,
                String.valueOf(shared.failure.get()),
                bytes,
                (last - begin) / 1e9,
                latency,
                cpu / 1e3);
    }

    /** Figures of one thread. */
    static final class Figures {
        final Histogram latency = new Histogram();
        long failed;
        long bytes;
        long last;
    }

    private final class Runner implements Runnable {
        private final int share;
        private final Shared shared;
        private final Pace pace;
        final Figures figures = new Figures();
        volatile @Nullable IOException broken;
        volatile long cpu;

        Runner(int share, Shared shared, Pace pace) {
            this.share = share;
            this.shared = shared;
            this.pace = pace;
        }

        @Override
        public void run() {
            try (Selector selector = Selector.open()) {
                Wire wire = new Wire(target, shared.content);
                List<Caller> callers = new ArrayList<>();
                try {
                    for (int i = 0; i < share; i++) {
                        Caller caller = new Caller(target, wire, shared, pace, figures, selector);
                        callers.add(caller);
                        caller.start();
                    }
                    drive(selector, callers);
                } finally {
                    callers.forEach(Caller::close);
                }
            } catch (IOException e) {
                broken = e;
            } finally {
                cpu = Machine.threadCpuNanos();
            }
        }

        private void drive(Selector selector, List<Caller> callers) throws IOException {
            long end = shared.deadline + LAST_ANSWERS.toNanos();
            while (busy(callers)) {
                if (pace.free()) {
                    selector.select(Runner::ready, LOOK_AGAIN_MILLIS);
                } else {
                    selector.selectNow(Runner::ready);
                    for (Caller caller : callers) {
                        caller.wake();
                    }
                    LockSupport.parkNanos(PACED_LOOK_NANOS);
                }
                if (System.nanoTime() - end > 0) {
                    callers.forEach(Caller::giveUp);
                }
            }
        }

        private static boolean busy(List<Caller> callers) {
            for (Caller caller : callers) {
                if (caller.busy()) {
                    return true;
                }
            }
            return false;
        }

        private static void ready(SelectionKey key) {
            ((Caller) key.attachment()).ready();
        }
    }
}
