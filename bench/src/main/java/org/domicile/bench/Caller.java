package org.domicile.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection with at most one request under way. Reads of an answer only what tells
 * whether it is right: status, length, and the first bytes of a body. Owned by its thread.
 */
final class Caller {
    private static final int LONGEST_HEAD = 16 << 10;
    private static final int STATUS_AT = 9;

    private final Load.Target target;
    private final Wire wire;
    private final Load.Shared shared;
    private final Pace pace;
    private final Load.Figures figures;
    private final Selector selector;
    private final byte[] head = new byte[LONGEST_HEAD];

    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private ByteBuffer out = ByteBuffer.allocateDirect(0);
    private Work.@Nullable Step step;
    private boolean resting;
    private long begun;
    private long sent;
    private int headLength;
    private boolean inBody;
    private boolean right;
    private boolean closes;
    private long bodyLeft;
    private int bodyChecked;
    private String why = "";

    Caller(
            Load.Target target,
            Wire wire,
            Load.Shared shared,
            Pace pace,
            Load.Figures figures,
            Selector selector) {
        this.target = target;
        this.wire = wire;
        this.shared = shared;
        this.pace = pace;
        this.figures = figures;
        this.selector = selector;
    }

    /** Connects and sends the first request. @throws IOException when nobody answers there */
    void start() throws IOException {
        connect();
        next();
    }

    boolean busy() {
        return step != null || resting;
    }

    /** Sends the next request when it is due, or stops when the time is over. */
    void wake() {
        if (resting && (pace.due(System.nanoTime()) || shared.over())) {
            resting = false;
            try {
                next();
            } catch (IOException e) {
                broken(String.valueOf(e.getMessage()));
            }
        }
    }

    private void connect() throws IOException {
        SocketChannel fresh = SocketChannel.open(target.address());
        fresh.setOption(StandardSocketOptions.TCP_NODELAY, true);
        fresh.configureBlocking(false);
        channel = fresh;
        key = fresh.register(selector, SelectionKey.OP_READ, this);
    }

    void close() {
        SocketChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                shared.failed("closing a connection: " + e.getMessage());
            }
        }
    }

    /** The answer is too late. */
    void giveUp() {
        if (step != null) {
            step = null;
            failed("no answer in time");
            close();
        }
    }

    private void failed(String reason) {
        figures.failed++;
        shared.failed(reason);
    }

    /** The connection can be read or written. */
    void ready() {
        try {
            SelectionKey now = key;
            if (now != null && now.isValid() && now.isWritable()) {
                send();
            }
            if (now != null && now.isValid() && now.isReadable()) {
                receive();
            }
        } catch (IOException e) {
            broken(String.valueOf(e.getMessage()));
        }
    }

    /** Counts what was under way as failed and begins anew on another connection. */
    private void broken(String reason) {
        close();
        if (step == null) {
            return;
        }
        step = null;
        failed("the connection broke: " + reason);
        try {
            connect();
            next();
        } catch (IOException e) {
            close();
            failed("no further connection: " + e.getMessage());
        }
    }

    private void next() throws IOException {
        long now = System.nanoTime();
        if (!pace.due(now) && !shared.over()) {
            step = null;
            resting = true;
            return;
        }
        Work.Step following = shared.next();
        step = following;
        if (following == null) {
            return;
        }
        headLength = 0;
        inBody = false;
        long body = following.method() == Work.Method.PUT ? following.size() : 0;
        int room = Wire.HEAD + (int) Math.min(body, Content.PIECE);
        if (out.capacity() < room) {
            out = ByteBuffer.allocateDirect(room);
        }
        if (channel == null) {
            connect(); // the server closed it while it rested
        }
        begun = pace.begin(now);
        sent = wire.begin(following, out);
        send();
    }

    private void send() throws IOException {
        SocketChannel to = channel;
        SelectionKey now = key;
        Work.Step current = step;
        if (to == null || now == null || current == null) {
            return;
        }
        long body = current.method() == Work.Method.PUT ? current.size() : 0;
        while (true) {
            to.write(out);
            if (out.hasRemaining()) {
                now.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            if (sent >= body) {
                if (now.interestOps() != SelectionKey.OP_READ) {
                    now.interestOps(SelectionKey.OP_READ);
                }
                return;
            }
            sent += wire.goOn(current, sent, out);
        }
    }

    private void receive() throws IOException {
        ByteBuffer in = wire.reading;
        SocketChannel from = channel;
        while (from != null && from == channel) {
            in.clear();
            int length = from.read(in);
            if (length < 0) {
                broken("the server closed it");
                return;
            }
            if (length == 0) {
                return;
            }
            in.flip();
            if (step == null) {
                throw new IOException("an answer that nobody asked for");
            }
            take(in);
            if (in.limit() < in.capacity()) {
                return; // all that was there
            }
        }
    }

    private void take(ByteBuffer in) throws IOException {
        if (!inBody && !takeHead(in)) {
            return;
        }
        checkBeginning(in);
        long took = Math.min(bodyLeft, in.remaining());
        in.position(in.position() + (int) took);
        bodyLeft -= took;
        if (bodyLeft == 0) {
            if (in.hasRemaining()) {
                throw new IOException("an answer longer than it says");
            }
            answered();
        }
    }

    /** True when the head is complete; then {@code in} stands at the body. */
    private boolean takeHead(ByteBuffer in) throws IOException {
        while (in.hasRemaining()) {
            if (headLength == head.length) {
                throw new IOException("an answer's head of more than 16 KiB");
            }
            byte b = in.get();
            head[headLength++] = b;
            if (b == '\n'
                    && headLength >= 4
                    && head[headLength - 3] == '\n'
                    && head[headLength - 2] == '\r') {
                int status = number(STATUS_AT);
                if (status == 100) {
                    headLength = 0;
                    continue;
                }
                judge(status);
                inBody = true;
                return true;
            }
        }
        return false;
    }

    private void judge(int status) throws IOException {
        Work.Step current = Objects.requireNonNull(step);
        long length = 0;
        boolean told = status == 204 || status == 304;
        closes = false;
        int line = 0;
        for (int at = 0; at < headLength; at++) {
            if (head[at] == '\n') {
                line = at + 1;
                if (field(line, "content-length:")) {
                    length = number(line + "content-length:".length());
                    told = true;
                } else if (field(line, "connection: close")) {
                    closes = true;
                }
            }
        }
        bodyChecked = 0;
        bodyLeft = current.method() == Work.Method.HEAD ? 0 : length;
        right = status / 100 == 2;
        why = right ? "" : "status " + status + " to " + current.method() + " " + current.path();
        if (!told && current.method() != Work.Method.HEAD) {
            throw new IOException("no content-length in an answer with status " + status);
        }
        boolean reads = current.method() == Work.Method.GET || current.method() == Work.Method.HEAD;
        if (right && reads && length != current.size()) {
            right = false;
            why = length + " bytes answered to " + current.method() + " " + current.path();
        }
    }

    /** A GET's first bytes say whose they are; they may come in several pieces. */
    private void checkBeginning(ByteBuffer in) {
        Work.Step current = Objects.requireNonNull(step);
        if (current.method() != Work.Method.GET) {
            return;
        }
        for (int at = in.position(); bodyChecked < Long.BYTES && at < in.limit(); at++) {
            if (right && in.get(at) != wire.content().first(current.object(), bodyChecked)) {
                right = false;
                why = "another content than was put, to GET " + current.path();
            }
            bodyChecked++;
        }
    }

    private boolean field(int at, String lower) {
        if (headLength - at < lower.length()) {
            return false;
        }
        for (int i = 0; i < lower.length(); i++) {
            if (Character.toLowerCase((char) head[at + i]) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int number(int from) throws IOException {
        long number = 0;
        int at = from;
        while (at < headLength && head[at] == ' ') {
            at++;
        }
        int first = at;
        while (at < headLength && head[at] >= '0' && head[at] <= '9') {
            number = number * 10 + head[at++] - '0';
        }
        if (at == first || number > Integer.MAX_VALUE) {
            throw new IOException(
                    "not an answer of HTTP: "
                            + new String(head, 0, Math.min(headLength, 80), ISO_8859_1)
                                    .strip()
                                    .toLowerCase(Locale.ROOT));
        }
        return (int) number;
    }

    private void answered() throws IOException {
        Work.Step current = Objects.requireNonNull(step);
        long now = System.nanoTime();
        figures.last = now;
        if (right) {
            figures.latency.add(now - begun);
            figures.bytes += current.size();
            shared.work.done(current);
        } else {
            failed(why);
        }
        if (closes) {
            close();
            connect();
        }
        next();
    }
}
