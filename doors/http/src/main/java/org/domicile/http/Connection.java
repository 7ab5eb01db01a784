package org.domicile.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection: a state machine that the event loop owns, and the rendezvous with the handler's
 * thread.
 *
 * <p><b>Turns.</b> {@link #turn} says who owns the connection's progress. The loop parses a head,
 * sets BUSY and starts the handler. While BUSY, bytes of a next request are only kept. A handler
 * that ends an ordinary exchange gives the turn back by one compare-and-set, without a hop to the
 * loop; only if the loop has kept something meanwhile (BUSY_KEPT), or the connection has to close
 * or a body is unread, the end runs as a task of the loop.
 *
 * <p><b>Output</b> is {@link Wire}'s. Only the handler's thread writes while a turn is BUSY, only
 * the loop (refusals) otherwise.
 *
 * <p>Odd and meant: half-closure is allowed (a client may end its side and wait for the answer), so
 * an end of input closes nothing by itself while a handler runs.
 */
final class Connection extends ChannelDuplexHandler {
    /** Bodies up to this many bytes are complete before the handler starts. */
    static final int SMALL = 64 << 10;

    /** Unread rest of a body that is read over so that the connection can be used again. */
    static final int READ_OVER = 256 << 10;

    private static final int IDLE = 0;
    private static final int BUSY = 1;
    private static final int BUSY_KEPT = 2;

    private static final long LINGER_NANOS = 2_000_000_000L;
    private static final byte[] CONTINUE =
            "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private enum Stage {
        /** Waiting for a head, or in the middle of one. */
        HEAD,
        /** Collecting a small body; the handler has not started. */
        SMALL,
        /** A body streams to the handler, or is read over after its answer. */
        BODY,
        /** The request is complete; its handler runs or has just ended. */
        HOLD,
        /** Answered and about to close: input is dropped. */
        LINGER
    }

    final Port port;
    private final Loop loop;
    private final AtomicInteger turn = new AtomicInteger(IDLE);

    /** Bytes of the budget for small bodies that this exchange holds. */
    private final AtomicLong taken = new AtomicLong();

    // Set once when the channel becomes active.
    private @Nullable Channel channel;
    private @Nullable Wire wire;

    // Owned by the loop.
    private Stage stage = Stage.HEAD;
    private @Nullable ByteBuf held;
    private int scanned;
    private int lastLf = -1;
    private boolean inputEnded;
    private long bodyLeft;
    private @Nullable Chunks chunks;
    private byte @Nullable [] small;
    private @Nullable BodyPipe pipe;
    private @Nullable Head smallHead;
    private boolean readingOver;
    private int readOver;
    private long lastRead;
    private long headSince;
    private long lingerSince;

    // Written by whoever ends an exchange, read by the loop's sweep.
    private volatile long idleSince = System.nanoTime();
    private volatile boolean continueOwed;
    private volatile long bodyRest;
    private volatile boolean draining;
    private volatile boolean unfit;

    Connection(Port port, Loop loop) {
        this.port = port;
        this.loop = loop;
    }

    // ---- the event loop's side -------------------------------------------------------------

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        wire = new Wire(ctx.channel(), port);
        loop.connections.add(this);
        draining = port.server.draining();
        if (draining) {
            abort();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.connections.remove(this);
        gone();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        gone();
    }

    private void giveBack() {
        long bytes = taken.getAndSet(0);
        if (bytes > 0) {
            port.server.bodies().give(bytes);
        }
    }

    private void gone() {
        if (stage == Stage.SMALL) {
            giveBack(); // its handler never starts
        }
        Wire w = wire;
        if (w != null) {
            w.closed();
        }
        endOfInput();
        if (held != null) {
            held.release();
            held = null;
        }
        stage = Stage.LINGER;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        Wire w = wire;
        if (w != null) {
            w.closed();
        }
        ctx.close(promise);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            unfit = true;
            endOfInput();
            if (turn.get() == IDLE) {
                // What was answered may still be on its way out.
                stage = Stage.LINGER;
                lingerSince = System.nanoTime();
                releaseHeld();
                wire().closeAfterLast();
            }
            // Otherwise the handler may still answer: its end closes.
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset, or TLS that is none: the peer's doing, everyday, counted by its closed
        // connection.
        abort();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        port.bytesIn.add(in.readableBytes());
        lastRead = System.nanoTime();
        if (stage == Stage.LINGER) {
            in.release();
            return;
        }
        ByteBuf before = held;
        if (before == null) {
            held = in;
        } else {
            if (before.refCnt() == 1 && before.maxWritableBytes() >= in.readableBytes()) {
                before.discardSomeReadBytes();
                before.writeBytes(in);
                in.release();
            } else {
                held = before.alloc().buffer(before.readableBytes() + in.readableBytes());
                held.writeBytes(before).writeBytes(in);
                before.release();
                in.release();
            }
            // positions are relative to the reader index, so they survive
        }
        advance();
    }

    /** Takes from {@link #held} what the stage allows. */
    private void advance() {
        try {
            while (true) {
                boolean more =
                        switch (stage) {
                            case HEAD -> head();
                            case SMALL -> smallBody();
                            case BODY -> body();
                            case HOLD -> hold();
                            case LINGER -> {
                                releaseHeld();
                                yield false;
                            }
                        };
                if (!more) {
                    return;
                }
            }
        } catch (Refusal refusal) {
            refuse(refusal);
        }
    }

    private boolean head() throws Refusal {
        ByteBuf in = held;
        if (in == null) {
            return false;
        }
        if (scanned == 0) {
            // Empty lines before a request line are read over (RFC 9112 section 2.2).
            while (in.readableBytes() >= 2
                    && in.getByte(in.readerIndex()) == '\r'
                    && in.getByte(in.readerIndex() + 1) == '\n') {
                in.skipBytes(2);
            }
            if (!in.isReadable()) {
                releaseHeld();
                return false;
            }
        }
        int start = in.readerIndex();
        int end = in.writerIndex();
        int length = -1;
        int from = start + scanned;
        while (from < end) {
            int lf = in.indexOf(from, end, (byte) '\n');
            if (lf < 0) {
                break;
            }
            int at = lf - start;
            if (at - lastLf == 1 || at - lastLf == 2 && in.getByte(lf - 1) == '\r') {
                length = at + 1;
                break;
            }
            lastLf = at;
            from = lf + 1;
        }
        if (length < 0) {
            if (scanned == 0) {
                headSince = lastRead;
            }
            scanned = end - start;
            if (scanned > Loop.HEAD) {
                throw new Refusal(431, "the request's head has more than 64 KiB");
            }
            return false;
        }
        if (length > Loop.HEAD) {
            throw new Refusal(431, "the request's head has more than 64 KiB");
        }
        in.readBytes(loop.scratch, 0, length);
        scanned = 0;
        lastLf = -1;
        releaseIfEmpty();
        begin(Head.parse(loop.scratch, length));
        return true;
    }

    private void begin(Head head) {
        port.requests.increment();
        continueOwed = head.expects() == Head.Expects.CONTINUE;
        bodyLeft = head.contentLength();
        bodyRest = bodyLeft;
        chunks = null;
        if (bodyLeft == 0) {
            stage = Stage.HOLD;
            start(head, InputStream.nullInputStream());
        } else if (bodyLeft > 0
                && bodyLeft <= SMALL
                && (head.expects() == Head.Expects.NOTHING || heldBytes() >= bodyLeft)
                && port.server.bodies().tryTake(bodyLeft)) {
            // Without room for it the body streams, as a large one: its handler is asked first.
            taken.set(bodyLeft);
            small = new byte[(int) bodyLeft];
            smallHead = head;
            stage = Stage.SMALL;
        } else {
            if (bodyLeft < 0) {
                chunks = new Chunks();
            }
            BodyPipe made = new BodyPipe(this);
            pipe = made;
            stage = Stage.BODY;
            start(head, made);
        }
    }

    private boolean smallBody() {
        ByteBuf in = held;
        byte[] target = small;
        Head head = smallHead;
        if (in == null || target == null || head == null) {
            return false;
        }
        int take = (int) Math.min(bodyLeft, in.readableBytes());
        in.readBytes(target, target.length - (int) bodyLeft, take);
        bodyLeft -= take;
        releaseIfEmpty();
        if (bodyLeft > 0) {
            return false;
        }
        bodyRest = 0;
        small = null;
        smallHead = null;
        stage = Stage.HOLD;
        start(head, new SmallBody(target));
        return true;
    }

    private boolean body() throws Refusal {
        ByteBuf in = held;
        BodyPipe target = pipe;
        if (in == null || target == null) {
            return false;
        }
        Chunks decoder = chunks;
        if (decoder == null) {
            int take = (int) Math.min(bodyLeft, in.readableBytes());
            bodyLeft -= take;
            bodyRest = bodyLeft;
            hand(target, in, take);
            if (stage != Stage.BODY) {
                return true;
            }
            if (bodyLeft > 0) {
                return false;
            }
        } else {
            while (held != null && !decoder.done()) {
                int take = decoder.next(held);
                if (take > 0) {
                    hand(target, held, take);
                    if (stage != Stage.BODY) {
                        return true;
                    }
                } else {
                    releaseIfEmpty();
                }
            }
            if (!decoder.done()) {
                return false;
            }
            bodyRest = 0;
        }
        target.end();
        pipe = null;
        chunks = null;
        stage = Stage.HOLD;
        // The window may have stopped reading; what comes now is no body, and hold() bounds it.
        channel().config().setAutoRead(true);
        return true;
    }

    /** Gives {@code take} bytes to the handler; the last reference goes without a copy. */
    private void hand(BodyPipe target, ByteBuf in, int take) {
        if (readingOver) {
            in.skipBytes(take);
            releaseIfEmpty();
            readOver -= take;
            if (readOver < 0) {
                linger();
            }
            return;
        }
        boolean go;
        if (take == in.readableBytes()) {
            held = null;
            go = target.offer(in);
        } else {
            go = target.offer(in.readRetainedSlice(take));
        }
        if (!go) {
            channel().config().setAutoRead(false);
        }
    }

    /** True when the turn has come back and the next head can be read. */
    private boolean hold() {
        if (turn.get() == IDLE) {
            readingOver = false;
            stage = Stage.HEAD;
            if (held == null && draining) {
                wire().closeAfterLast();
            }
            return held != null;
        }
        if (held == null) {
            return false;
        }
        if (turn.compareAndSet(BUSY, BUSY_KEPT) || turn.get() == BUSY_KEPT) {
            if (heldBytes() > Loop.HEAD) {
                channel().config().setAutoRead(false);
            }
            return false;
        }
        return true;
    }

    private void start(Head head, InputStream body) {
        turn.set(BUSY);
        Turn task = new Turn(this, head, body);
        port.server.began();
        Thread.ofVirtual().inheritInheritableThreadLocals(false).start(task);
    }

    /** Runs after an answer that could not give the turn back by itself. */
    private void afterAnswer(boolean reuse) {
        if (stage == Stage.LINGER) {
            return;
        }
        boolean whole = stage == Stage.HOLD;
        if (!reuse || inputEnded) {
            turn.set(IDLE);
            if (whole && held == null) {
                wire().closeAfterLast();
                stage = Stage.LINGER;
                lingerSince = System.nanoTime();
            } else {
                linger();
            }
            return;
        }
        turn.set(IDLE);
        if (stage == Stage.BODY) {
            if (pipe != null) {
                pipe.drop();
            }
            readingOver = true;
            readOver = READ_OVER;
        }
        channel().config().setAutoRead(true);
        advance();
    }

    /** Ends our side, drops what still comes for a while, closes: so that the answer arrives. */
    private void linger() {
        releaseHeld();
        stage = Stage.LINGER;
        lingerSince = System.nanoTime();
        BodyPipe p = pipe;
        if (p != null) {
            p.drop();
        }
        wire().last().addListener(done -> endOutput());
    }

    private void endOutput() {
        Channel c = channel();
        wire().closed();
        if (inputEnded || !(c instanceof DuplexChannel duplex)) {
            c.close();
            return;
        }
        SslHandler tls = c.pipeline().get(SslHandler.class);
        if (tls == null) {
            duplex.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(done -> duplex.shutdownOutput());
        }
        c.config().setAutoRead(true);
    }

    private void refuse(Refusal refusal) {
        releaseHeld();
        BodyPipe p = pipe;
        if (stage == Stage.BODY && p != null && turn.get() != IDLE) {
            // The handler runs: it sees the broken body, answers as it likes, and then we close.
            unfit = true;
            p.fail(new ProtocolException(refusal.reason()));
            stage = Stage.HOLD;
            pipe = null;
            channel().config().setAutoRead(false);
            return;
        }
        answer(refusal.status(), refusal.reason());
    }

    private void answer(int status, String reason) {
        byte[] text = (reason + "\n").getBytes(StandardCharsets.ISO_8859_1);
        Headers headers = new Headers().add("Content-Type", "text/plain");
        byte[] head =
                AnswerHead.encode(
                        status,
                        headers,
                        text.length,
                        AnswerHead.Ending.CLOSE,
                        port.server.dateLine());
        wire().sendFromLoop(Unpooled.wrappedBuffer(head, text));
        linger();
    }

    private void endOfInput() {
        BodyPipe p = pipe;
        if (p != null) {
            p.fail(new EOFException("the client ended the connection inside its body"));
        }
    }

    /** Event loop, about once a second. */
    void checkTime(long now) {
        Channel c = channel();
        if (wire().stalled(now, port.headNanos)) {
            abort();
            return;
        }
        switch (stage) {
            case HEAD, HOLD -> {
                if (turn.get() == IDLE) {
                    if (held != null && now - headSince > port.headNanos) {
                        answer(408, "the request's head took too long");
                    } else if (held == null && now - idleSince > port.headNanos) {
                        c.close();
                    }
                }
            }
            case SMALL -> {
                if (now - lastRead > port.headNanos) {
                    answer(408, "the request's body took too long");
                }
            }
            case BODY -> {
                if (c.config().isAutoRead() && now - lastRead > port.headNanos) {
                    if (turn.get() == IDLE) {
                        abort();
                    } else {
                        unfit = true;
                        BodyPipe p = pipe;
                        if (p != null) {
                            p.fail(new EOFException("the client's body stands still"));
                        }
                    }
                }
            }
            case LINGER -> {
                if (now - lingerSince > LINGER_NANOS && wire().idle()) {
                    c.close();
                }
            }
        }
    }

    /** Event loop: closes when idle, otherwise after the answer. */
    void drain() {
        draining = true;
        if ((stage == Stage.HEAD || stage == Stage.HOLD) && turn.get() == IDLE && held == null) {
            channel().close();
        }
    }

    /** Event loop: closes now. */
    void abort() {
        Channel c = channel;
        if (c != null) {
            wire().closed();
            c.close();
        }
    }

    private int heldBytes() {
        return held == null ? 0 : held.readableBytes();
    }

    private void releaseIfEmpty() {
        if (held != null && !held.isReadable()) {
            releaseHeld();
        }
    }

    private void releaseHeld() {
        if (held != null) {
            held.release();
            held = null;
        }
        scanned = 0;
        lastLf = -1;
    }

    // ---- the handler's side -----------------------------------------------------------------

    Channel channel() {
        Channel c = channel;
        if (c == null) {
            throw new IllegalStateException("the channel is not active yet");
        }
        return c;
    }

    Wire wire() {
        Wire w = wire;
        if (w == null) {
            throw new IllegalStateException("the channel is not active yet");
        }
        return w;
    }

    /**
     * Sends the 100-continue that the client asked for, once, even when it did not wait for it: a
     * server may leave it out then, but botocore takes any other first line for the final answer
     * and, on a connection that is used again, loses the next one.
     */
    void proceed() throws IOException {
        if (continueOwed) {
            continueOwed = false;
            wire().send(Unpooled.directBuffer(CONTINUE.length).writeBytes(CONTINUE));
        }
    }

    /**
     * What goes before the lines of a final answer: the 100-continue of a request whose body, or
     * the lack of one, is complete although no handler has read it. A client whose body is still to
     * come gets none, and the connection ends.
     */
    byte[] before(byte[] lines) {
        if (!continueOwed || bodyRest != 0) {
            return lines;
        }
        continueOwed = false;
        byte[] both = Arrays.copyOf(CONTINUE, CONTINUE.length + lines.length);
        System.arraycopy(lines, 0, both, CONTINUE.length, lines.length);
        return both;
    }

    /** The handler has emptied half of the window. */
    void resumeReading() {
        onLoop(() -> {
            lastRead = System.nanoTime();
            if (stage == Stage.BODY) {
                channel().config().setAutoRead(true);
            }
        });
    }

    /** Whether the answer that begins now may promise to keep the connection. */
    boolean reusable() {
        return !draining && !unfit && bodyRest <= READ_OVER && (!continueOwed || bodyRest == 0);
    }

    private void onLoop(Runnable task) {
        try {
            loop.events.execute(task);
        } catch (RejectedExecutionException e) {
            return; // the server has closed, and with it this connection
        }
    }

    /** The handler's thread is done with its exchange. */
    void finished(boolean whole, boolean reuse) {
        giveBack();
        idleSince = System.nanoTime();
        if (!whole) {
            onLoop(this::abort);
            return;
        }
        if (reuse && bodyRest == 0 && !draining && !unfit && turn.compareAndSet(BUSY, IDLE)) {
            if (draining || unfit) {
                // Looked before the turn was back, and closes nothing that is busy: look again.
                onLoop(this::closeIdle);
            }
            return;
        }
        boolean again = reuse && !draining && !unfit;
        onLoop(() -> afterAnswer(again));
    }

    private void closeIdle() {
        if ((stage == Stage.HEAD || stage == Stage.HOLD) && turn.get() == IDLE && held == null) {
            wire().closeAfterLast();
        }
    }
}
