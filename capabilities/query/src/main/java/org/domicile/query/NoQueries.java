package org.domicile.query;

import java.util.List;

/** No sessions, and why. */
record NoQueries(String why) implements Queries {
    @Override
    public Answer<Session> begin(String organisation, String zone) {
        return Answer.failed(Failure.SYSTEM, why);
    }

    @Override
    public Standing standing() {
        return new Standing(List.of(), List.of(why), 0, 0, 0);
    }

    @Override
    public void close() {}
}
