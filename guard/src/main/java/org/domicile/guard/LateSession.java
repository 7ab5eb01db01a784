package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.domicile.query.Answer;
import org.domicile.query.Failure;
import org.domicile.query.Prepared;
import org.domicile.query.Rows;
import org.domicile.query.Session;
import org.domicile.query.Sketch;
import org.domicile.query.Sources;
import org.domicile.query.Target;
import org.domicile.query.Value;
import org.domicile.query.Written;
import org.jspecify.annotations.Nullable;

/**
 * A session that begins when something is written in it: most looks at a table find nothing to do,
 * and then no worker is started. Owned by one thread, but for {@link #cancel}.
 */
final class LateSession implements Session {
    private final Supplier<Answer<Session>> begin;
    private @Nullable Session begun;
    private boolean cancelled;
    private @Nullable Failure failure;

    LateSession(Supplier<Answer<Session>> begin) {
        this.begin = begin;
    }

    /** Why it could not begin; empty when it did, or did not have to. */
    synchronized Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    private Answer<Session> session() {
        Session before = known();
        if (before != null) {
            return Answer.of(before);
        }
        Answer<Session> answer = begin.get();
        switch (answer) {
            case Answer.Failed<Session>(Failure why) -> failed(why);
            case Answer.Given<Session>(Session session) -> begins(session);
        }
        return answer;
    }

    private synchronized @Nullable Session known() {
        return begun;
    }

    private synchronized void failed(Failure why) {
        failure = why;
    }

    private synchronized void begins(Session session) {
        begun = session;
        if (cancelled) {
            session.close();
        }
    }

    @Override
    public Answer<Written> write(
            String select, List<Value> parameters, Target target, Sources sources) {
        return session().then(session -> session.write(select, parameters, target, sources));
    }

    @Override
    public Answer<List<Sketch>> sketch(String select, Sources sources) {
        return session().then(session -> session.sketch(select, sources));
    }

    @Override
    public Answer<Prepared> prepare(String sql, Sources sources) {
        return Answer.failed(Failure.NOT_HERE, "Nothing is asked here.");
    }

    @Override
    public Answer<Rows> run(String sql, List<Value> parameters, Sources sources) {
        return Answer.failed(Failure.NOT_HERE, "Nothing is asked here.");
    }

    /** Ends it: what it is at fails, and so does what it would begin. */
    @Override
    public void forget() {
        Session before = known();
        if (before != null) {
            before.forget();
        }
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        if (begun != null) {
            begun.close();
        }
    }

    @Override
    public synchronized boolean alive() {
        return !cancelled;
    }

    @Override
    public void close() {
        Session session = known();
        if (session != null) {
            session.close();
        }
    }
}
