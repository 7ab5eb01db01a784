package org.domicile.sql;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedSql;
import org.domicile.http.Certificates;
import org.domicile.http.ListenerOptions;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's wire protocol on a listener of its own. Safe for concurrent use.
 *
 * <p>A virtual thread accepts, one for each connection serves, and one looks each second after
 * certificates that have changed and clients that take nothing of their answer.
 */
public final class SqlDoor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.domicile.sql");
    private static final int BACKLOG = 256;
    private static final long TICK_MILLIS = 1_000;
    private static final int MOST_WRONG = 32;
    private static final int MOST_ADDRESSES = 10_000;

    /** Beyond the limit, so many more are taken to be told that there are too many. */
    private static final int SPARE = 64;

    private final SqlOptions options;
    private final Guard guard;
    private final GuardedSql sql;
    private final Visible visible;
    private final InstantSource clock;
    private final SecureRandom random;
    private final @Nullable Certificates certificates;
    private final ServerSocket listening;
    private final Map<Integer, Connection> connections = new ConcurrentHashMap<>();
    private final LongAdder statements = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    /** Wrong logins by address, of the minute that is going on. */
    private final Map<InetAddress, Integer> wrong = new HashMap<>();

    private long wrongMinute;
    private final long serial;
    private volatile boolean closed;

    private SqlDoor(
            SqlOptions options,
            Guard guard,
            GuardedSql sql,
            Visible visible,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        this.options = options;
        this.guard = guard;
        this.sql = sql;
        this.visible = visible;
        this.clock = clock;
        this.random = random;
        this.serial = random.nextInt() & 0x7fff_ffffL;
        Optional<ListenerOptions.Tls> tls = options.listener().tls();
        this.certificates =
                tls.isPresent() ? new Certificates(options.listener().name(), tls.get()) : null;
        this.listening = new ServerSocket();
        listening.setReuseAddress(true);
        try {
            listening.bind(
                    new InetSocketAddress(options.address().host(), options.address().port()),
                    BACKLOG);
        } catch (IOException e) {
            listening.close();
            throw new IOException(
                    "%s cannot listen on %s:%d: %s"
                            .formatted(
                                    options.listener().name(),
                                    options.address().host(),
                                    options.address().port(),
                                    e.getMessage()),
                    e);
        }
    }

    /**
     * Opens the listener.
     *
     * @param sql the guard's view of sessions @param visible what catalogues show
     * @throws IOException that says which address or file cannot be used, and why
     */
    public static SqlDoor open(
            SqlOptions options,
            Guard guard,
            GuardedSql sql,
            Visible visible,
            InstantSource clock,
            SecureRandom random)
            throws IOException {
        SqlDoor door = new SqlDoor(options, guard, sql, visible, clock, random);
        Thread.ofVirtual().name("sql accept").start(door::accept);
        Thread.ofVirtual().name("sql upkeep").start(door::upkeep);
        return door;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** Connections that are open now. */
    public int open() {
        return connections.size();
    }

    /** Statements that were sent since it opened: simple queries, and portals executed. */
    public long statements() {
        return statements.sum();
    }

    /** Bytes of messages behind logins that came, TLS not counted. */
    public long bytesIn() {
        return bytesIn.sum();
    }

    /** Bytes of messages that went out, TLS not counted. */
    public long bytesOut() {
        return bytesOut.sum();
    }

    /** A message came. */
    void came(int kind, int bytes) {
        bytesIn.add(bytes);
        if (kind == 'Q' || kind == 'E') {
            statements.increment();
        }
    }

    /** So much goes out. */
    void goes(int bytes) {
        bytesOut.add(bytes);
    }

    private void accept() {
        while (!closed) {
            try {
                Socket socket = listening.accept();
                if (connections.size() >= options.listener().connections() + SPARE) {
                    socket.close();
                    continue;
                }
                byte[] secret = new byte[4];
                random.nextBytes(secret);
                Connection connection;
                do {
                    int process = random.nextInt() & 0x7fff_ffff;
                    connection = new Connection(this, socket, process, secret, clock.instant());
                } while (connections.putIfAbsent(connection.process(), connection) != null);
                Thread.ofVirtual().name("sql " + connection.process()).start(connection);
            } catch (IOException e) {
                if (!closed) {
                    LOG.log(Level.WARNING, "a connection was not accepted: " + e);
                    pause();
                }
            }
        }
    }

    private void upkeep() {
        while (!closed) {
            pause();
            if (certificates != null) {
                certificates.check();
            }
            long patience = TimeUnit.MILLISECONDS.toNanos(headMillis());
            long now = System.nanoTime();
            for (Connection each : connections.values()) {
                long since = each.stuckSince();
                if (since != 0 && now - since > patience) {
                    LOG.log(Level.INFO, "a client takes nothing of its answer, and is cut off");
                    each.cut();
                }
                each.attend();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(TICK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- for connections ----

    Guard guard() {
        return guard;
    }

    GuardedSql sql() {
        return sql;
    }

    Visible visible() {
        return visible;
    }

    InstantSource clock() {
        return clock;
    }

    SecureRandom random() {
        return random;
    }

    String name() {
        return options.listener().name();
    }

    long serial() {
        return serial;
    }

    int headMillis() {
        return (int) Math.min(Integer.MAX_VALUE, options.listener().headTime().toMillis());
    }

    Optional<SSLContext> tls() {
        return certificates == null ? Optional.empty() : Optional.of(certificates.current());
    }

    /** Where there is TLS, only this machine may do without. */
    boolean mayBeClear(InetAddress client) {
        return certificates == null || client.isLoopbackAddress();
    }

    boolean full(Connection connection) {
        return connections.size() > options.listener().connections();
    }

    void ended(Connection connection) {
        connections.remove(connection.process(), connection);
    }

    void cancel(int process, byte[] secret) {
        Connection whose = connections.get(process);
        if (whose != null) {
            whose.cancel(secret);
        }
    }

    List<Catalogue.Activity> activities(String credential) {
        return connections.values().stream()
                .filter(each -> each.credential().equals(credential))
                .map(Connection::activity)
                .toList();
    }

    /** A login failed: it is counted, as of nobody that is known. */
    void refused() {
        guard.stranger(Operation.LOGIN, "bad-login");
    }

    boolean mayTry(InetAddress client) {
        synchronized (wrong) {
            return minute() && wrong.getOrDefault(client, 0) < MOST_WRONG;
        }
    }

    void wrong(InetAddress client) {
        synchronized (wrong) {
            if (minute() && wrong.size() < MOST_ADDRESSES) {
                wrong.merge(client, 1, Integer::sum);
            }
        }
    }

    private boolean minute() {
        long now = clock.instant().getEpochSecond() / 60;
        if (now != wrongMinute) {
            wrong.clear();
            wrongMinute = now;
        }
        return true;
    }

    /** Ends all connections, and stops listening. */
    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the listener did not close: " + e);
        }
        connections.values().forEach(Connection::cut);
    }
}
