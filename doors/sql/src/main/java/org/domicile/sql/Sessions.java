package org.domicile.sql;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.domicile.guard.GuardedSql;
import org.domicile.postgres.Field;
import org.domicile.postgres.SqlError;
import org.domicile.postgres.TextFormat;
import org.domicile.query.Answer;
import org.domicile.query.Batch;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Value;
import org.domicile.request.Request;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of the guard that one connection has begun. One whose rows are not all read is busy, and
 * another is taken. Owned by the connection's thread, but for {@link #cancel}.
 */
final class Sessions implements AutoCloseable {
    private static final int MOST = 4;

    private final GuardedSql sql;
    private final List<Held> held = new CopyOnWriteArrayList<>();

    /** One of them. @param zone that it was begun with */
    private static final class Held {
        final GuardedSql.Connection connection;
        final String zone;
        volatile boolean busy;

        Held(GuardedSql.Connection connection, String zone) {
            this.connection = connection;
            this.zone = zone;
        }
    }

    Sessions(GuardedSql sql) {
        this.sql = sql;
    }

    /** A failure as clients are told. */
    static SqlError error(Failure failure) {
        return new SqlError(failure.state(), failure.message(), failure.position(), failure.hint());
    }

    private static <T> T must(Answer<T> answer) {
        return switch (answer) {
            case Answer.Given<T>(T value) -> value;
            case Answer.Failed<T>(Failure failure) -> throw error(failure);
        };
    }

    private Held free(Supplier<Request> requests, String zone) {
        for (Held each : held) {
            if (!each.busy && (!each.connection.alive() || !each.zone.equals(zone))) {
                drop(each);
            }
        }
        for (Held each : held) {
            if (!each.busy) {
                return each;
            }
        }
        if (held.size() >= MOST) {
            throw new SqlError(
                    "53300",
                    "this connection has " + MOST + " results that are not read to their end",
                    0,
                    "Close a cursor, or read it to its end.");
        }
        Held fresh = new Held(must(sql.connect(requests.get(), zone)), zone);
        held.add(fresh);
        return fresh;
    }

    private void drop(Held each) {
        held.remove(each);
        each.connection.close();
    }

    /** What a statement is. @param namespace in which names without one lie; empty for none */
    Prepared prepare(Supplier<Request> requests, String zone, String namespace, String text) {
        Held on = free(requests, zone);
        on.connection.within(namespace);
        on.busy = true;
        try {
            return must(on.connection.prepare(requests.get(), text));
        } finally {
            on.busy = false;
        }
    }

    /** Carries a statement out. */
    Feed run(
            Supplier<Request> requests,
            String zone,
            String namespace,
            String text,
            List<Value> parameters,
            TextFormat format) {
        Held on = free(requests, zone);
        on.connection.within(namespace);
        on.busy = true;
        boolean begun = false;
        try {
            GuardedSql.Result result = must(on.connection.run(requests.get(), text, parameters));
            begun = true;
            return new Pulled(on, result, format);
        } finally {
            if (!begun) {
                on.busy = false;
            }
        }
    }

    /** Has a file loaded. */
    GuardedSql.Came load(
            Supplier<Request> requests,
            String zone,
            String namespace,
            GuardedSql.Load load,
            InputStream file)
            throws IOException {
        Held on = free(requests, zone);
        on.connection.within(namespace);
        on.busy = true;
        try {
            return must(on.connection.load(requests.get(), load, file));
        } finally {
            on.busy = false;
        }
    }

    /** Ends what runs. Any thread. */
    void cancel() {
        for (Held each : held) {
            if (each.busy) {
                each.connection.cancel();
            }
        }
    }

    @Override
    public void close() {
        held.forEach(this::drop);
    }

    /** Rows that are pulled batch by batch. */
    private static final class Pulled implements Feed {
        private final Held on;
        private final GuardedSql.Result result;
        private final TextFormat format;
        private final List<Field> fields;
        private @Nullable Batch batch;
        private int at;
        private boolean ended;
        private List<Cells.Putter> putters = List.of();

        Pulled(Held on, GuardedSql.Result result, TextFormat format) {
            this.on = on;
            this.result = result;
            this.format = format;
            this.fields = result.columns().stream().map(Cells::field).toList();
        }

        @Override
        public List<Field> fields() {
            return fields;
        }

        /** The batch in which the next row is; nothing after the last. */
        private @Nullable Batch current() {
            while (!ended && (batch == null || at >= batch.rows())) {
                batch = null; // a large one need not wait here for the next
                Optional<Batch> next = must(result.next());
                at = 0;
                batch = next.orElse(null);
                if (next.isEmpty()) {
                    close();
                }
            }
            return ended ? null : batch;
        }

        @Override
        public boolean put(Outgoing out, List<Integer> formats) throws IOException {
            Batch now = current();
            if (now == null) {
                return false;
            }
            if (putters.isEmpty() && !fields.isEmpty()) {
                List<Cells.Putter> made = new ArrayList<>();
                for (int i = 0; i < fields.size(); i++) {
                    made.add(
                            Cells.putter(
                                    result.columns().get(i).type(),
                                    Feed.binary(formats, i),
                                    format));
                }
                putters = made;
            }
            out.begin('D').int16(fields.size());
            for (int i = 0; i < putters.size(); i++) {
                putters.get(i).put(out, now.columns().get(i), at);
            }
            out.end();
            at++;
            return true;
        }

        @Override
        public Optional<Object[]> next() {
            Batch now = current();
            if (now == null) {
                return Optional.empty();
            }
            Object[] row = new Object[fields.size()];
            for (int i = 0; i < row.length; i++) {
                var type = result.columns().get(i).type();
                row[i] = Cells.value(type, now.columns().get(i).value(type, at));
            }
            at++;
            return Optional.of(row);
        }

        @Override
        public String use() {
            return result.use();
        }

        @Override
        public String tag() {
            return result.tag();
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                batch = null;
                result.close();
                on.busy = false;
            }
        }
    }
}
