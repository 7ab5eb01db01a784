package org.domicile.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One exchange, and the task of the virtual thread that handles it. Owned by that thread. */
final class Turn implements Exchange, Runnable {
    private static final Logger LOG = System.getLogger("org.domicile.http");

    private final Connection connection;
    private final Head head;
    private final InputStream body;
    private final long id;
    private boolean responded;
    private boolean whole;
    private boolean reuse;
    private @Nullable Answer answer;

    Turn(Connection connection, Head head, InputStream body) {
        this.connection = connection;
        this.head = head;
        this.body = body;
        this.id = connection.port.server.nextId();
    }

    @Override
    public void run() {
        try {
            take();
        } finally {
            connection.port.server.ended();
        }
    }

    private void take() {
        Throwable failure = null;
        try {
            connection.port.handler.handle(this);
            if (!responded) {
                failure = new IllegalStateException("the handler has not answered");
            }
        } catch (Throwable e) {
            failure = e;
        }
        Answer streamed = answer;
        if (streamed != null) {
            whole = streamed.whole() && (failure == null || whole);
            if (failure == null && !streamed.whole() && !connection.wire().gone()) {
                failure = new IllegalStateException("the handler has not finished its answer");
            }
            streamed.abandon();
        }
        if (failure != null) {
            failed(failure);
        }
        if (body instanceof BodyPipe pipe) {
            pipe.drop();
        }
        connection.finished(whole, reuse);
        if (failure instanceof Error error) {
            throw error;
        }
    }

    private void failed(Throwable failure) {
        boolean gone = connection.wire().gone();
        if (!gone || !(failure instanceof IOException)) {
            LOG.log(
                    Level.ERROR,
                    "listener="
                            + listener()
                            + " request="
                            + requestId()
                            + " method="
                            + head.method()
                            + (responded ? " failed inside its answer" : " failed"),
                    failure);
        }
        if (responded) {
            return;
        }
        try {
            respond(500, new Headers(), ByteBuffer.allocate(0));
        } catch (IOException e) {
            whole = false; // the client has gone: nobody is left to tell
        }
    }

    @Override
    public String requestId() {
        char[] digits = new char[16];
        for (int i = 0; i < 16; i++) {
            digits[i] = "0123456789ABCDEF".charAt((int) (id >>> (60 - 4 * i)) & 15);
        }
        return new String(digits);
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String rawPath() {
        return head.rawPath();
    }

    @Override
    public String rawQuery() {
        return head.rawQuery();
    }

    @Override
    public Headers headers() {
        return head.headers();
    }

    @Override
    public long contentLength() {
        return head.contentLength();
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public void bodyWithin(Duration longest) {
        if (body instanceof BodyPipe pipe) {
            pipe.within(longest.toNanos());
        }
    }

    @Override
    public InetSocketAddress client() {
        return inet(connection.channel().remoteAddress());
    }

    @Override
    public InetSocketAddress local() {
        return inet(connection.channel().localAddress());
    }

    private static InetSocketAddress inet(java.net.@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress tcp
                ? tcp
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public boolean secure() {
        return connection.channel().pipeline().get(SslHandler.class) != null;
    }

    @Override
    public String listener() {
        return connection.port.options.name();
    }

    @Override
    public boolean responded() {
        return responded;
    }

    @Override
    public void respond(int status, Headers headers, ByteBuffer bytes) throws IOException {
        begin();
        int length = bytes.remaining();
        boolean silent = silent(status, headers);
        boolean bodiless = bodiless(status);
        byte[] lines = lines(status, headers, silent ? AnswerHead.SILENT : length);
        if (bodiless) {
            length = 0;
        }
        Wire wire = connection.wire();
        ByteBufAllocator buffers = connection.channel().alloc();
        if (length <= Answer.SMALL) {
            ByteBuf out = buffers.directBuffer(lines.length + length).writeBytes(lines);
            if (length > 0) {
                out.writeBytes(bytes);
            }
            wire.send(out);
        } else if (bytes.isDirect()) {
            wire.send(buffers.directBuffer(lines.length).writeBytes(lines));
            wire.sendBorrowed(bytes);
        } else {
            int end = bytes.limit();
            ByteBuf out = buffers.directBuffer(lines.length + Answer.SMALL).writeBytes(lines);
            while (true) {
                bytes.limit(Math.min(end, bytes.position() + out.writableBytes()));
                out.writeBytes(bytes);
                wire.send(out);
                bytes.limit(end);
                if (!bytes.hasRemaining()) {
                    break;
                }
                out = buffers.directBuffer(Math.min(2 * Answer.SMALL, bytes.remaining()));
            }
        }
        whole = true;
    }

    @Override
    public BodyOutput respond(int status, Headers headers, long length) throws IOException {
        if (length < -1) {
            throw new IllegalArgumentException("an answer has " + length + " bytes");
        }
        begin();
        Answer.Framing framing;
        long told = length;
        if (bodiless(status)) {
            framing = Answer.Framing.NONE;
            told = silent(status, headers) ? AnswerHead.SILENT : length;
        } else if (length >= 0) {
            framing = Answer.Framing.LENGTH;
        } else if (head.minor() == Head.Minor.ONE) {
            framing = Answer.Framing.CHUNKED;
        } else {
            framing = Answer.Framing.CLOSE;
            told = AnswerHead.SILENT;
        }
        byte[] lines =
                framing == Answer.Framing.CLOSE
                        ? closing(status, headers)
                        : lines(status, headers, told);
        Answer made =
                new Answer(connection.wire(), connection.channel().alloc(), lines, framing, length);
        answer = made;
        return made;
    }

    private void begin() {
        if (responded) {
            throw new IllegalStateException("an answer has begun");
        }
        responded = true;
    }

    private boolean bodiless(int status) {
        return status == 204 || status == 304 || head.method().equals("HEAD");
    }

    /** Whether Content-Length is left to the headers. */
    private boolean silent(int status, Headers headers) {
        return status == 204
                || status == 304
                || head.method().equals("HEAD") && headers.first("Content-Length").isPresent();
    }

    private byte[] lines(int status, Headers headers, long length) {
        reuse = head.reuse() == Head.Reuse.KEEP && connection.reusable() && !closes(headers);
        AnswerHead.Ending ending =
                !reuse
                        ? AnswerHead.Ending.CLOSE
                        : head.minor() == Head.Minor.ONE
                                ? AnswerHead.Ending.KEEP
                                : AnswerHead.Ending.KEEP_ALOUD;
        return connection.before(
                AnswerHead.encode(
                        status, headers, length, ending, connection.port.server.dateLine()));
    }

    private byte[] closing(int status, Headers headers) {
        reuse = false;
        return connection.before(
                AnswerHead.encode(
                        status,
                        headers,
                        AnswerHead.SILENT,
                        AnswerHead.Ending.CLOSE,
                        connection.port.server.dateLine()));
    }

    private static boolean closes(Headers headers) {
        return headers.first("Connection")
                .map(value -> value.equalsIgnoreCase("close"))
                .orElse(false);
    }
}
