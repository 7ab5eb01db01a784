package org.domicile.http;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What one event loop owns: touched by its thread only. */
final class Loop {
    /** Most bytes of a request's head. */
    static final int HEAD = 64 << 10;

    final EventLoop events;
    final byte[] scratch = new byte[HEAD];
    final Set<Connection> connections = new HashSet<>();

    Loop(EventLoop events) {
        this.events = events;
    }

    /** Ends what took too long. */
    void sweep() {
        long now = System.nanoTime();
        for (Connection connection : snapshot()) {
            connection.checkTime(now);
        }
    }

    /** Closes what idles; the rest closes after its answer. */
    void drain() {
        for (Connection connection : snapshot()) {
            connection.drain();
        }
    }

    /** Closes everything. */
    void close() {
        for (Connection connection : snapshot()) {
            connection.abort();
        }
    }

    private List<Connection> snapshot() {
        return new ArrayList<>(connections);
    }
}
