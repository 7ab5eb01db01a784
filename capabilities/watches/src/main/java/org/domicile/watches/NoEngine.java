package org.domicile.watches;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs nothing. */
record NoEngine(String why) implements WatchEngine {
    @Override
    public Looked look(Watch watch, List<Readable> streams) {
        return new Looked.Unready(why);
    }

    @Override
    public void start(
            Watch watch, List<Readable> streams, Login login, Kept kept, Contents contents) {}

    @Override
    public void grows(String stream, int partitions) {}

    @Override
    public boolean stop(Watch watch) {
        return false;
    }

    @Override
    public Optional<Told> told(Watch watch) {
        return Optional.of(new Told(State.FAILING, 0, 0, 0, 0, -1, 0, Optional.empty(), 0, why));
    }

    @Override
    public List<String> standing() {
        return List.of();
    }

    @Override
    public List<String> obstacles() {
        return List.of();
    }

    @Override
    public Map<String, Long> figures() {
        return Map.of();
    }

    @Override
    public void close() {}
}
