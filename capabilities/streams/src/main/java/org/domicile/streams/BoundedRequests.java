package org.domicile.streams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import kafka.network.DataPlaneAcceptor;
import kafka.network.Processor;
import kafka.network.SocketServer;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.network.KafkaChannel;
import org.apache.kafka.common.network.NetworkReceive;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what clients ask before Kafka parses it, which it does in the thread that has read it,
 * and asks nobody. All that it asks there, between a request's header and the rest, is the time: so
 * this is its clock. A request that would take the heap ends its connection. If another version of
 * Kafka no longer asks there, a test says so.
 */
final class BoundedRequests implements Time {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /** Bytes of a request that is small enough, whatever it becomes. */
    private static final int SMALL = 1 << 10;

    /** Of a header, with the name that a client gives itself. */
    private static final int LARGEST_HEADER = 2 << 10;

    private static final long TOLD_EACH = Duration.ofMinutes(1).toNanos();

    private final Set<String> listeners;
    private final Network network;
    private final ThreadLocal<@Nullable Watched> threads = new ThreadLocal<>();
    private final AtomicLong told = new AtomicLong(System.nanoTime() - TOLD_EACH);

    /**
     * @param listeners whose clients are looked at
     * @param network what reads requests; empty before it is there
     */
    BoundedRequests(Set<String> listeners, Network network) {
        this.listeners = Set.copyOf(listeners);
        this.network = network;
    }

    /** What reads requests, once it is there. */
    interface Network {
        Optional<SocketServer> server();
    }

    @Override
    public long nanoseconds() {
        Watched watched = watched();
        if (watched.processor != null) {
            look(watched, watched.processor);
        }
        return Time.SYSTEM.nanoseconds();
    }

    @Override
    public long milliseconds() {
        return Time.SYSTEM.milliseconds();
    }

    @Override
    public void sleep(long milliseconds) {
        Time.SYSTEM.sleep(milliseconds);
    }

    /** A thread. */
    private static final class Watched {
        private final @Nullable Processor processor; // none where it reads no clients' requests
        private @Nullable NetworkReceive handshake; // the last that was looked at

        Watched(@Nullable Processor processor) {
            this.processor = processor;
        }
    }

    /** Of those that it has read at a time, the last one whose header it has read is its turn. */
    private void look(Watched watched, Processor processor) {
        if (watched.handshake != null) {
            watched.handshake = letGo(watched.handshake, processor);
        }
        NetworkReceive last = null;
        for (NetworkReceive each : processor.selector().completedReceives()) {
            ByteBuffer payload = each.payload();
            if (payload != null && payload.position() > 0) {
                last = each;
            }
        }
        if (last != null && last.payload().hasRemaining()) {
            look(watched, last);
        }
    }

    private void look(Watched watched, NetworkReceive request) {
        ByteBuffer payload = request.payload();
        ApiKeys what = ApiKeys.forId(payload.getShort(0)); // its header was read, so there is one
        short version = payload.getShort(Short.BYTES);
        if (request.size() > Taps.largest(what)) {
            refuse(request, what, version, "it is too large");
        }
        if (payload.position() > LARGEST_HEADER) {
            refuse(request, what, version, "its header is too large");
        }
        if (request.size() > SMALL && !RequestParts.areFew(what, version, payload.duplicate())) {
            refuse(request, what, version, "it has too many parts, or is none");
        }
        watched.handshake = what == ApiKeys.SASL_HANDSHAKE ? request : watched.handshake;
    }

    private void refuse(NetworkReceive request, ApiKeys what, short version, String why) {
        long now = System.nanoTime();
        long before = told.get();
        if (now - before >= TOLD_EACH && told.compareAndSet(before, now)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a request was not looked at, and its connection is closed: {0} {1} of {2}"
                            + " bytes, {3} ({4}); of others within a minute nothing is said",
                    what,
                    version,
                    request.size(),
                    why,
                    request.source());
        }
        ByteBuffer payload = request.payload();
        payload.position(payload.limit()); // nobody looks at it again
        throw new InvalidRequestException(why);
    }

    /**
     * Kafka forgets the memory of a request that begins another log-in on its connection, out of
     * what all requests share, for good: some thousands of them, or eight large ones, and nobody's
     * request is read any more. It has copied it by the time it asks for the time again.
     *
     * @return the request, while it is not known yet what becomes of it
     */
    private static @Nullable NetworkReceive letGo(NetworkReceive handshake, Processor processor) {
        ByteBuffer payload = handshake.payload();
        if (payload != null && payload.hasRemaining()) {
            return handshake;
        }
        scala.Option<KafkaChannel> channel = processor.channel(handshake.source());
        if (payload != null && channel.isDefined() && !channel.get().ready()) {
            try {
                handshake.close();
            } catch (IOException e) {
                throw new UncheckedIOException("it only gives memory back", e);
            }
        }
        return null;
    }

    private Watched watched() {
        Watched known = threads.get();
        if (known != null) {
            return known;
        }
        Optional<SocketServer> server = network.server();
        Watched found = new Watched(server.map(this::ofThisThread).orElse(null));
        // one that has only begun is not among the others yet
        String name = Thread.currentThread().getName();
        boolean reads = listeners.stream().anyMatch(each -> name.contains("-" + each + "-"));
        if (found.processor != null || (server.isPresent() && !reads)) {
            threads.set(found);
        }
        return found;
    }

    private @Nullable Processor ofThisThread(SocketServer server) {
        Thread thread = Thread.currentThread();
        for (DataPlaneAcceptor acceptor : server.dataPlaneAcceptors().values()) {
            if (listeners.contains(acceptor.listenerName().value())) {
                for (int i = 0; i < acceptor.processors().size(); i++) {
                    Processor each = acceptor.processors().apply(i);
                    if (each.thread() == thread) {
                        return each;
                    }
                }
            }
        }
        return null;
    }
}
