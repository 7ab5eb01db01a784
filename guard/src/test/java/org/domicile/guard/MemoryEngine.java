package org.domicile.guard;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ObjIntConsumer;
import org.domicile.watches.Watch;
import org.domicile.watches.WatchEngine;

/** Takes any query that names a stream, and runs nothing. */
public class MemoryEngine implements WatchEngine {
    /** What it was given to run, by id. */
    public final Map<String, Running> running = new ConcurrentHashMap<>();

    /** Hears that a stream is about to grow. */
    public volatile ObjIntConsumer<String> growing = (_, _) -> {};

    /** Names of what it was shown, in all looks. */
    public final Set<String> shown = ConcurrentHashMap.newKeySet();

    /** A watch that it would run. */
    public record Running(
            Watch watch, List<Readable> streams, Login login, Kept kept, Contents contents) {}

    /** What it was given of a watch that it runs. */
    public Running of(Watch watch) {
        return Objects.requireNonNull(running.get(watch.id()));
    }

    /** Nothing runs yet. */
    public MemoryEngine() {}

    @Override
    public Looked look(Watch watch, List<Readable> streams) {
        List<String> sources = streams.stream().map(Readable::name).toList();
        shown.addAll(sources);
        watch.tables().forEach(each -> shown.add(each.name()));
        return sources.isEmpty()
                ? new Looked.Wrong("It reads nothing.")
                : new Looked.Fine(
                        sources,
                        watch.tables().stream().map(Watch.Table::name).toList(),
                        new LinkedHashMap<>());
    }

    @Override
    public void start(
            Watch watch, List<Readable> streams, Login login, Kept kept, Contents contents) {
        running.put(watch.id(), new Running(watch, streams, login, kept, contents));
    }

    @Override
    public void grows(String stream, int partitions) {
        growing.accept(stream, partitions);
    }

    @Override
    public boolean stop(Watch watch) {
        return running.remove(watch.id()) != null;
    }

    @Override
    public Optional<Told> told(Watch watch) {
        return Optional.ofNullable(running.get(watch.id()))
                .map(_ -> new Told(State.RUNNING, 1, 1, 0, 0, 0, 1, Optional.empty(), 0, ""));
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
        return Map.of("watches", (long) running.size());
    }

    @Override
    public void close() {
        running.clear();
    }
}
