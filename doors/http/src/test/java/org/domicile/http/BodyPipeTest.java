package org.domicile.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a body may cost in memory, whatever its transfer chunks are like. */
class BodyPipeTest {
    private final EventLoop events = new DefaultEventLoop();
    private HttpServer server;
    private BodyPipe pipe;

    /** A connection that nobody has opened: offering asks nothing of it. */
    @BeforeEach
    void open() throws IOException {
        ListenerOptions options = ListenerOptions.plain("t", "127.0.0.1", 0);
        HttpHandler handler = exchange -> {};
        server = HttpServer.open(List.of(new HttpServer.Listener(options, handler)));
        Port port = new Port(server, options, handler, null);
        pipe = new BodyPipe(new Connection(port, new Loop(events)));
    }

    @AfterEach
    void close() {
        pipe.drop();
        server.close();
        events.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    private static ByteBuf piece(int size) {
        return Unpooled.wrappedBuffer(new byte[size]);
    }

    @Test
    void piecesOfAByteCountForWhatTheyCost() {
        int taken = 1;
        while (pipe.offer(piece(1))) {
            taken++;
            assertTrue(taken <= BodyPipe.WINDOW / BodyPipe.PIECE, "the loop would read on");
        }
        assertEquals(taken, pipe.available(), "what can be read is bytes alone");
        pipe.drop();
        assertEquals(0, pipe.available());
    }

    @Test
    void largePiecesFillTheWindow() {
        for (int i = 0; i < 3; i++) {
            assertTrue(pipe.offer(piece(BodyPipe.WINDOW / 4)));
        }
        assertFalse(pipe.offer(piece(BodyPipe.WINDOW / 4)));
    }
}
