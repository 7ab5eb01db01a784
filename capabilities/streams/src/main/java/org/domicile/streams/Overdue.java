package org.domicile.streams;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import kafka.network.DataPlaneAcceptor;
import kafka.network.SocketServer;
import org.apache.kafka.common.network.KafkaChannel;
import org.apache.kafka.common.network.NetworkReceive;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose request has been coming for too long, and those that have not logged in.
 * The first hold memory that all requests share, and the others a place. One thread looks.
 */
final class Overdue implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.streams");

    /** For a login, and for the rest of a request whose size is known. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration STEP = Duration.ofSeconds(1);

    private final SocketServer server;
    private final Set<String> listeners;
    private final Duration patience;
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("streams-overdue").factory());
    private Map<String, Waits> known = Map.of();

    /** What of a connection is not complete, and since when. */
    private record Waits(Object what, long since) {}

    /**
     * @param patience for a login and for the rest of a request; where it is short, it is looked at
     *     more often
     */
    Overdue(SocketServer server, Set<String> listeners, Duration patience) {
        this.server = server;
        this.listeners = listeners;
        this.patience = patience;
        long step = Math.clamp(patience.toMillis() / 4, 1, STEP.toMillis());
        looking.scheduleWithFixedDelay(this::look, step, step, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        Map<String, Waits> found = new HashMap<>();
        for (DataPlaneAcceptor each : server.dataPlaneAcceptors().values()) {
            if (!listeners.contains(each.listenerName().value())) {
                continue;
            }
            for (int i = 0; i < each.processors().size(); i++) {
                lookAt(each, i, now, found);
            }
        }
        known = found;
    }

    /** Their thread goes on meanwhile; what it changes just then is looked at the next time. */
    private void lookAt(
            DataPlaneAcceptor acceptor, int processor, long now, Map<String, Waits> found) {
        try {
            for (KafkaChannel each : acceptor.processors().apply(processor).selector().channels()) {
                look(each, processor, now, found);
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "connections changed while they were looked at", e);
        }
    }

    private void look(KafkaChannel channel, int processor, long now, Map<String, Waits> found) {
        Object what = waits(channel);
        if (what == null) {
            return;
        }
        String id = processor + " " + channel.id();
        Waits before = known.get(id);
        Waits waits = before != null && before.what() == what ? before : new Waits(what, now);
        found.put(id, waits);
        if (now - waits.since() > patience.toNanos()) {
            end(channel);
        }
    }

    private static @Nullable Object waits(KafkaChannel channel) {
        if (!channel.ready()) {
            return channel;
        }
        NetworkReceive receive = channel.currentReceive();
        return receive != null && receive.memoryAllocated() ? receive : null;
    }

    /** As if the client had; its own thread closes it then. */
    private static void end(KafkaChannel channel) {
        try {
            if (channel.selectionKey().channel() instanceof SocketChannel socket) {
                socket.shutdownInput();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "an overdue connection had gone by itself", e);
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
