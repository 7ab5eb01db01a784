package org.domicile.streams;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import kafka.network.DataPlaneAcceptor;
import kafka.network.Processor;
import kafka.network.SocketServer;
import org.apache.kafka.common.errors.InvalidRequestException;
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
    /** Bytes of a request that is small enough, whatever it becomes. */
    private static final int SMALL = 8 << 10;

    private final Set<String> listeners;
    private final Supplier<Optional<SocketServer>> network;

    // of a thread that reads requests of clients; empty of one that does not
    private final ThreadLocal<@Nullable Optional<Processor>> processors = new ThreadLocal<>();

    /**
     * @param listeners whose clients are looked at
     * @param network what reads requests; empty before it is there
     */
    BoundedRequests(Set<String> listeners, Supplier<Optional<SocketServer>> network) {
        this.listeners = Set.copyOf(listeners);
        this.network = network;
    }

    @Override
    public long nanoseconds() {
        Optional<Processor> processor = processor();
        if (processor.isPresent()) {
            look(processor.get());
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

    /** Of those that it has read at a time, the last one whose header it has read is its turn. */
    private static void look(Processor processor) {
        NetworkReceive last = null;
        for (NetworkReceive each : processor.selector().completedReceives()) {
            ByteBuffer payload = each.payload();
            if (payload != null && payload.position() > 0) {
                last = each;
            }
        }
        if (last != null && last.size() > SMALL && last.payload().hasRemaining()) {
            look(last.payload());
        }
    }

    private static void look(ByteBuffer request) {
        short what = request.getShort(0);
        short version = request.getShort(Short.BYTES);
        ByteBuffer body = request.duplicate();
        if (!ApiKeys.hasId(what) || !RequestParts.areFew(ApiKeys.forId(what), version, body)) {
            request.position(request.limit()); // nobody looks at it again
            throw new InvalidRequestException("it has too many parts, or is no request");
        }
    }

    private Optional<Processor> processor() {
        Optional<Processor> known = processors.get();
        if (known != null) {
            return known;
        }
        Optional<SocketServer> server = network.get();
        if (server.isEmpty()) {
            return Optional.empty(); // and perhaps the next time
        }
        Optional<Processor> found = ofThisThread(server.get());
        processors.set(found);
        return found;
    }

    private Optional<Processor> ofThisThread(SocketServer server) {
        Thread thread = Thread.currentThread();
        for (DataPlaneAcceptor acceptor : server.dataPlaneAcceptors().values()) {
            if (listeners.contains(acceptor.listenerName().value())) {
                for (int i = 0; i < acceptor.processors().size(); i++) {
                    Processor each = acceptor.processors().apply(i);
                    if (each.thread() == thread) {
                        return Optional.of(each);
                    }
                }
            }
        }
        return Optional.empty();
    }
}
