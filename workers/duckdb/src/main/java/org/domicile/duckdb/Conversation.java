package org.domicile.duckdb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.domicile.query.Batch;
import org.domicile.query.Failure;
import org.domicile.query.Sketch;
import org.domicile.query.Value;
import org.domicile.query.Wire;

/** Answers a session's frames, in their order. */
final class Conversation {
    /** Of the thread that parses: what is nested deep is deep for Java, too. */
    private static final long STACK = 64L << 20;

    private static final String REHEARSED =
            "SELECT count(*), sum(a), min('b') FROM (VALUES (1), (2)) t(a) WHERE a > 1";

    private final Wire wire;
    private final Engine engine;
    private final BlockingQueue<Wire.Frame> frames = new LinkedBlockingQueue<>();

    Conversation(Wire wire, Engine engine) {
        this.wire = wire;
        this.engine = engine;
    }

    /** Until the input ends. */
    void run() throws IOException {
        Thread.ofPlatform().name("engine").stackSize(STACK).daemon().start(this::answerAll);
        try {
            while (true) {
                Wire.Frame frame = wire.receive();
                if (frame.kind() == Wire.CANCEL) {
                    engine.cancel(frame.in().readLong());
                } else {
                    frames.add(frame);
                }
            }
        } catch (EOFException _) {
            // the session is over
        }
    }

    /**
     * A statement that nobody asked: what a first one has to load and link is there when a session
     * begins, which would wait for it.
     */
    private void rehearse() throws IOException {
        Wire away = new Wire(InputStream.nullInputStream(), OutputStream.nullOutputStream());
        Conversation rehearsal = new Conversation(away, engine);
        try {
            rehearsal.answer(
                    Wire.PARSE,
                    frame(out -> {
                        Wire.text(out, REHEARSED);
                        out.writeInt(0); // no moments
                    }));
            rehearsal.answer(
                    Wire.DESCRIBE,
                    frame(out -> {
                        out.writeInt(0); // no tables
                        Wire.text(out, REHEARSED);
                    }));
            rehearsal.answer(
                    Wire.RUN,
                    frame(out -> {
                        out.writeLong(0);
                        out.writeInt(0); // no tables
                        Wire.text(out, REHEARSED);
                        out.writeInt(0); // no values
                    }));
            rehearsal.answer(Wire.NEXT, frame(out -> {}));
            rehearsal.answer(Wire.END, frame(out -> {}));
        } catch (Engine.Failed e) {
            throw new IllegalStateException("the engine does not answer " + REHEARSED, e);
        }
    }

    private static DataInputStream frame(Wire.Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            body.write(out);
        }
        return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    }

    private void answerAll() {
        try {
            rehearse();
            while (true) {
                Wire.Frame frame = frames.take();
                try {
                    answer(frame.kind(), frame.in());
                } catch (Engine.Failed e) {
                    wire.send(Wire.FAILED, out -> Wire.failure(out, e.failure()));
                } catch (OutOfMemoryError _) {
                    wire.send(Wire.FAILED, out -> Wire.failure(out, Errors.HEAP));
                } catch (StackOverflowError _) {
                    Failure deep = Failure.of("54001", "The statement is nested too deep.");
                    wire.send(Wire.FAILED, out -> Wire.failure(out, deep));
                }
            }
        } catch (IOException | InterruptedException e) {
            Runtime.getRuntime().halt(1);
        } catch (RuntimeException | Error e) {
            java.lang.System.getLogger("org.domicile.duckdb")
                    .log(System.Logger.Level.ERROR, "the worker fails", e);
            Runtime.getRuntime().halt(2);
        }
    }

    private void answer(int kind, DataInputStream in) throws IOException, Engine.Failed {
        switch (kind) {
            case Wire.BEGIN -> {
                engine.begin(in.readLong(), in.readInt(), in.readLong(), Wire.text(in));
                wire.send(Wire.DONE);
            }
            case Wire.TOGETHER -> {
                engine.together();
                wire.send(Wire.DONE);
            }
            case Wire.APART -> {
                engine.apart();
                wire.send(Wire.DONE);
            }
            case Wire.PARSE -> {
                String sql = Wire.text(in);
                List<Instant> moments = new ArrayList<>();
                for (String each : Wire.list(in, Wire::text)) {
                    moments.add(engine.moment(each));
                }
                Parsing.Found found = engine.parse(sql);
                wire.send(
                        Wire.PARSED,
                        out -> {
                            found.write(out, sql);
                            Wire.list(out, moments, Wire::moment);
                        });
            }
            case Wire.DESCRIBE -> {
                List<Wire.View> views = Wire.list(in, Wire::view);
                Engine.Described described = engine.describe(views, Wire.text(in));
                wire.send(
                        Wire.DESCRIBED,
                        out -> {
                            Wire.list(out, described.parameters(), Wire::type);
                            Wire.list(out, described.columns(), Wire::column);
                        });
            }
            case Wire.RUN -> {
                long number = in.readLong();
                List<Wire.View> views = Wire.list(in, Wire::view);
                String sql = Wire.text(in);
                List<Value> values = Wire.list(in, Wire::value);
                Result result = engine.run(number, views, sql, values);
                wire.send(Wire.RUNNING, out -> Wire.list(out, result.columns(), Wire::column));
            }
            case Wire.LOAD -> {
                engine.load(in.readLong(), Wire.text(in), Wire.text(in));
                wire.send(Wire.DONE);
            }
            case Wire.WRITE -> {
                long number = in.readLong();
                List<Wire.View> views = Wire.list(in, Wire::view);
                String sql = Wire.text(in);
                List<Value> values = Wire.list(in, Wire::value);
                long rows = engine.write(number, views, sql, values);
                wire.send(Wire.WRITTEN, out -> out.writeLong(rows));
            }
            case Wire.SKETCH -> {
                List<Sketch> sketches =
                        engine.sketch(in.readLong(), Wire.list(in, Wire::view), Wire.text(in));
                wire.send(Wire.SKETCHED, out -> Wire.list(out, sketches, Wire::sketch));
            }
            case Wire.NEXT -> {
                Batch batch = engine.next();
                if (batch.rows() == 0) {
                    wire.send(Wire.DONE);
                } else {
                    wire.send(
                            Wire.BATCH,
                            out -> {
                                out.writeInt(batch.rows());
                                Wire.list(out, batch.columns(), Wire::vector);
                            });
                }
            }
            case Wire.END -> {
                engine.end();
                wire.send(Wire.DONE);
            }
            default -> throw new IOException("a frame of kind " + kind);
        }
    }
}
