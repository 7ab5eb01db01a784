package org.domicile.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects that several writers try to create at once, each "only if it is not there": exactly one
 * may have won. Safe for concurrent use.
 */
final class Races {
    private static final int RUNNERS = 4;

    private static final class Race {
        final List<Content> won = new ArrayList<>();
        final List<Content> unknown = new ArrayList<>();
    }

    private final Map<String, Race> races = new LinkedHashMap<>();
    private long entered;

    /** The race that the next runner joins. */
    synchronized String enter(Content content) {
        String name = "race/" + entered++ / RUNNERS;
        races.computeIfAbsent(name, created -> new Race()).unknown.add(content);
        return name;
    }

    /** Nobody joins what was entered so far: it is about to be looked at, and then forgotten. */
    synchronized void turnPage() {
        entered = (entered / RUNNERS + 1) * RUNNERS;
    }

    synchronized void won(String name, Content content) {
        race(name).won.add(content);
        race(name).unknown.remove(content);
    }

    synchronized void lost(String name, Content content) {
        race(name).unknown.remove(content);
    }

    synchronized List<String> names() {
        return List.copyOf(races.keySet());
    }

    /** Holds what was found after a crash against what can be, and forgets the race. */
    synchronized Optional<String> found(String name, Optional<byte[]> bytes) {
        Race race = race(name);
        races.remove(name);
        if (race.won.size() > 1) {
            return Optional.of(name + " was won by " + race.won);
        }
        List<Content> possible = race.won.isEmpty() ? race.unknown : race.won;
        boolean right =
                bytes.isEmpty()
                        ? race.won.isEmpty()
                        : possible.stream().anyMatch(each -> each.differsAt(bytes.get()) < 0);
        return right
                ? Optional.empty()
                : Optional.of(
                        "%s is %s, won by %s, unknown %s"
                                .formatted(
                                        name,
                                        bytes.map(found -> found.length + " bytes")
                                                .orElse("not there"),
                                        race.won,
                                        race.unknown));
    }

    private Race race(String name) {
        Race race = races.get(name);
        if (race == null) {
            throw new IllegalStateException("nobody entered " + name);
        }
        return race;
    }
}
