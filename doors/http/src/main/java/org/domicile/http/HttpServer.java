package org.domicile.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLEngine;
import org.domicile.bytes.Budget;

/**
 * All listeners of the program, on shared event loops. Safe for concurrent use.
 *
 * <p>Native epoll where it loads, JDK channels otherwise; the second is slower and otherwise the
 * same.
 */
public final class HttpServer implements AutoCloseable {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int LONGEST_UNIX_PATH = 107;
    private static final long SHUTDOWN_SECONDS = 5;

    /** A listener and who answers there. */
    public record Listener(ListenerOptions options, HttpHandler handler) {}

    /**
     * Counts of one listener since it opened.
     *
     * @param listener its name
     * @param open connections open now
     * @param accepted connections taken
     * @param turnedAway connections closed at once because the limit was reached
     * @param requests requests whose head was read
     * @param bytesIn bytes received, heads and framing included, TLS not
     * @param bytesOut bytes sent, likewise
     */
    public record Figures(
            String listener,
            int open,
            long accepted,
            long turnedAway,
            long requests,
            long bytesIn,
            long bytesOut) {}

    /** How sockets are driven. */
    enum Transport {
        EPOLL,
        NIO;

        static Transport best() {
            return Epoll.isAvailable() ? EPOLL : NIO;
        }
    }

    private final Transport transport;
    private final InstantSource clock;
    private final AtomicLong ids;
    private final ByteBufAllocator buffers;
    private final EventLoopGroup group;

    /** Small bodies that wait for their handlers, of all listeners together. */
    private final Budget bodies = Budget.ofHeap(8);

    private final Map<EventExecutor, Loop> loops = new IdentityHashMap<>();
    private final List<Port> ports = new ArrayList<>();
    private final List<Channel> listening = new ArrayList<>();
    private final List<Path> sockets = new ArrayList<>();
    private final Map<String, SocketAddress> addresses = new LinkedHashMap<>();
    private final AtomicInteger underWay = new AtomicInteger();
    private final Object closing = new Object();
    private volatile boolean draining;
    private volatile byte[] dateLine;

    private HttpServer(
            Transport transport, int threads, InstantSource clock, RandomGenerator random) {
        this.transport = transport;
        this.clock = clock;
        this.ids = new AtomicLong(random.nextLong());
        this.dateLine = date(clock);
        // Small chunks (1 MiB) in few arenas: idle memory stays small.
        this.buffers = new PooledByteBufAllocator(true, 0, 2 * threads, 8192, 7, 256, 64, false);
        this.group =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory("http", true),
                        switch (transport) {
                            case EPOLL -> EpollIoHandler.newFactory();
                            case NIO -> NioIoHandler.newFactory();
                        });
        for (EventExecutor executor : group) {
            Loop loop = new Loop((EventLoop) executor);
            loops.put(executor, loop);
        }
    }

    /**
     * Opens all listeners, or none.
     *
     * @throws IOException that says which address, file or path cannot be used, and why
     */
    public static HttpServer open(List<Listener> listeners) throws IOException {
        return open(listeners, InstantSource.system(), new SecureRandom());
    }

    /** The same with a clock (for the Date field) and entropy (for request ids). */
    public static HttpServer open(
            List<Listener> listeners, InstantSource clock, RandomGenerator random)
            throws IOException {
        return open(listeners, clock, random, Transport.best(), threads());
    }

    static HttpServer open(
            List<Listener> listeners,
            InstantSource clock,
            RandomGenerator random,
            Transport transport,
            int threads)
            throws IOException {
        HttpServer server = new HttpServer(transport, threads, clock, random);
        try {
            for (Listener listener : listeners) {
                server.listen(listener);
            }
            server.startTicking();
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private static int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }

    /**
     * Where each listener listens, by its name: an InetSocketAddress or a UnixDomainSocketAddress.
     */
    public Map<String, SocketAddress> addresses() {
        return Map.copyOf(addresses);
    }

    /** The TCP port of a listener. @throws IllegalArgumentException when there is none */
    public int port(String listener) {
        if (addresses.get(listener) instanceof InetSocketAddress tcp) {
            return tcp.getPort();
        }
        throw new IllegalArgumentException("no TCP listener is called " + listener);
    }

    /** Requests whose handlers wait for a thread or run now, of all listeners. */
    public int underWay() {
        return underWay.get();
    }

    void began() {
        underWay.incrementAndGet();
    }

    void ended() {
        underWay.decrementAndGet();
    }

    /** Counts of each listener, in the order given. */
    public List<Figures> figures() {
        return ports.stream().map(Port::figures).toList();
    }

    /**
     * Stops accepting, closes what idles, lets running requests end for at most {@code most}, then
     * closes.
     */
    public void drain(Duration most) {
        draining = true;
        closeListening();
        loops.values().forEach(loop -> loop.events.execute(loop::drain));
        long end = System.nanoTime() + most.toNanos();
        boolean interrupted = false;
        synchronized (closing) {
            while (open() > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0 || interrupted) {
                    break;
                }
                try {
                    closing.wait(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes everything at once; handlers still running see an IOException. */
    @Override
    public void close() {
        draining = true;
        closeListening();
        if (!group.isShuttingDown()) {
            loops.values().forEach(loop -> loop.events.execute(loop::close));
        }
        group.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        group.terminationFuture().awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }

    private void closeListening() {
        for (Channel channel : listening) {
            channel.close().awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        }
        for (Path socket : sockets) {
            try {
                Files.deleteIfExists(socket);
            } catch (IOException e) {
                System.getLogger("org.domicile.http")
                        .log(System.Logger.Level.WARNING, socket + " stays behind: " + e);
            }
        }
        sockets.clear();
    }

    private int open() {
        int open = 0;
        for (Port port : ports) {
            open += port.open.get();
        }
        return open;
    }

    // ---- for connections --------------------------------------------------------------------

    boolean draining() {
        return draining;
    }

    Budget bodies() {
        return bodies;
    }

    byte[] dateLine() {
        return dateLine;
    }

    /**
     * Unique: a bijection of a counter (the finaliser of SplitMix64), so that ids tell no count.
     */
    long nextId() {
        long z = ids.getAndIncrement();
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    private void connectionClosed(Port port) {
        port.open.decrementAndGet();
        if (draining) {
            synchronized (closing) {
                closing.notifyAll();
            }
        }
    }

    // ---- opening ----------------------------------------------------------------------------

    private static byte[] date(InstantSource clock) {
        return ("Date: " + DATE.format(clock.instant()) + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private void startTicking() {
        Duration sweep = TICK;
        for (Port port : ports) {
            Duration quarter = port.options.headTime().dividedBy(4);
            if (quarter.compareTo(sweep) < 0) {
                sweep = quarter;
            }
        }
        long nanos = Math.max(sweep.toNanos(), 10_000_000L);
        boolean first = true;
        for (Loop loop : loops.values()) {
            loop.events.scheduleWithFixedDelay(loop::sweep, nanos, nanos, TimeUnit.NANOSECONDS);
            if (first) {
                first = false;
                loop.events.scheduleAtFixedRate(
                        () -> dateLine = date(clock), 250, 250, TimeUnit.MILLISECONDS);
                loop.events.scheduleWithFixedDelay(
                        this::lookAtCertificates, 1, 1, TimeUnit.SECONDS);
            }
        }
    }

    /** Off the loop: reading files and making a TLS context take milliseconds. */
    private void lookAtCertificates() {
        for (Port port : ports) {
            Certificates certificates = port.certificates;
            if (certificates != null) {
                Thread.ofVirtual().start(certificates::check);
            }
        }
    }

    private void listen(Listener listener) throws IOException {
        ListenerOptions options = listener.options();
        Certificates certificates =
                options.tls().isPresent()
                        ? new Certificates(options.name(), options.tls().get())
                        : null;
        Port port = new Port(this, options, listener.handler(), certificates);
        SocketAddress address =
                switch (options.address()) {
                    case ListenerOptions.Address.Tcp tcp -> tcp(port, tcp);
                    case ListenerOptions.Address.Unix unix -> unix(port, unix.path());
                };
        ports.add(port);
        if (addresses.put(options.name(), address) != null) {
            throw new IllegalArgumentException("two listeners are called " + options.name());
        }
    }

    private SocketAddress tcp(Port port, ListenerOptions.Address.Tcp address) throws IOException {
        InetSocketAddress where = new InetSocketAddress(address.host(), address.port());
        if (where.isUnresolved()) {
            throw new IOException(
                    "listener " + port.options.name() + ": no host is called " + address.host());
        }
        ServerBootstrap bootstrap =
                bootstrap(
                                port,
                                switch (transport) {
                                    case EPOLL -> EpollServerSocketChannel.class;
                                    case NIO -> NioServerSocketChannel.class;
                                })
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true);
        return bind(port, bootstrap, where).localAddress();
    }

    /**
     * A socket of mode 600 from its first moment: it is bound inside a new directory of mode 700,
     * given its mode, and renamed to where it belongs.
     */
    private SocketAddress unix(Port port, Path path) throws IOException {
        Path target = path.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null) {
            throw new IOException("listener " + port.options.name() + ": no socket can be at /");
        }
        // The name is as free as its length allows: sun_path has 108 bytes.
        Path hidden = folder.resolve("." + Long.toHexString(nextId() & 0xffffff));
        Path bound = hidden.resolve("s");
        if (bound.toString().length() > LONGEST_UNIX_PATH
                || target.toString().length() > LONGEST_UNIX_PATH) {
            throw new IOException(
                    "listener "
                            + port.options.name()
                            + ": the path of this socket is too long for the system: "
                            + target);
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)
                && !Files.readAttributes(
                                target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isOther()) {
            throw new IOException(
                    "listener " + port.options.name() + ": " + target + " is there and no socket");
        }
        Set<PosixFilePermission> mine = PosixFilePermissions.fromString("rwx------");
        Files.createDirectory(hidden, PosixFilePermissions.asFileAttribute(mine));
        try {
            switch (transport) {
                case EPOLL ->
                        bind(
                                port,
                                bootstrap(port, EpollServerDomainSocketChannel.class),
                                new DomainSocketAddress(bound.toString()));
                case NIO ->
                        bind(
                                port,
                                bootstrap(port, NioServerDomainSocketChannel.class),
                                UnixDomainSocketAddress.of(bound));
            }
            Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString("rw-------"));
            Files.move(
                    bound,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            sockets.add(target);
        } finally {
            Files.deleteIfExists(bound);
            Files.deleteIfExists(hidden);
        }
        return UnixDomainSocketAddress.of(target);
    }

    private Channel bind(Port port, ServerBootstrap bootstrap, SocketAddress where)
            throws IOException {
        ChannelFuture bound = bootstrap.bind(where).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            String why = String.valueOf(cause.getMessage());
            throw new IOException(
                    "listener "
                            + port.options.name()
                            + " cannot listen on "
                            + (where instanceof InetSocketAddress tcp
                                    ? tcp.getHostString() + ":" + tcp.getPort()
                                    : where)
                            + ": "
                            + why.substring(
                                    why.lastIndexOf(": ") < 0 ? 0 : why.lastIndexOf(": ") + 2)
                            + "; name another address with "
                            + port.options.name()
                            + ".listen",
                    cause);
        }
        listening.add(bound.channel());
        return bound.channel();
    }

    private ServerBootstrap bootstrap(Port port, Class<? extends ServerChannel> kind) {
        return new ServerBootstrap()
                .group(group)
                .channel(kind)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.ALLOCATOR, buffers)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(2048, 8192, 128 << 10))
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                admit(port, channel);
                            }
                        });
    }

    private void admit(Port port, Channel channel) {
        if (port.open.incrementAndGet() > port.options.connections()) {
            port.open.decrementAndGet();
            port.turnedAway.increment();
            channel.close();
            return;
        }
        port.accepted.increment();
        channel.closeFuture().addListener(closed -> connectionClosed(port));
        var context = port.tls();
        if (context != null) {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            channel.pipeline().addLast(new SslHandler(engine));
        }
        Loop loop = loops.get(channel.eventLoop());
        if (loop == null) {
            throw new IllegalStateException("a channel of another group's loop");
        }
        channel.pipeline().addLast(new Connection(port, loop));
    }
}
