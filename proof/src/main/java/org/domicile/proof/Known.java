package org.domicile.proof;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one writer knows of the things that only it changes: for each the states that it can be in.
 * One, once the last change was answered; two, while an answer is missing. Owned by one thread at a
 * time.
 */
final class Known {
    /** What a thing can be. */
    sealed interface State {
        /** It is not there. */
        record Absent() implements State {}

        /** It is there with these bytes; a bucket has none. */
        record Present(Content content) implements State {}
    }

    static final State ABSENT = new State.Absent();

    private final Map<String, List<State>> things = new LinkedHashMap<>();

    /** What it is, when that is certain. */
    Optional<State> certain(String name) {
        List<State> states = things.getOrDefault(name, List.of(ABSENT));
        return states.size() == 1 ? Optional.of(states.getFirst()) : Optional.empty();
    }

    /** All that it can be. */
    List<State> possible(String name) {
        return List.copyOf(things.getOrDefault(name, List.of(ABSENT)));
    }

    /** A change is on its way: from now on it can be this too. */
    void mayBe(String name, State state) {
        List<State> states = new ArrayList<>(possible(name));
        if (!states.contains(state)) {
            states.add(state);
        }
        things.put(name, states);
    }

    /** The answer came, or the thing was read: it is this. */
    void is(String name, State state) {
        things.put(name, List.of(state));
    }

    /** Names that were ever used. */
    List<String> names() {
        return List.copyOf(things.keySet());
    }

    /**
     * Takes what was found after a crash as the truth, when it is one of the things that can be;
     * else says what is wrong.
     */
    Optional<String> found(String name, Optional<byte[]> bytes) {
        List<State> possible = possible(name);
        for (State state : possible) {
            boolean fits =
                    switch (state) {
                        case State.Absent ignored -> bytes.isEmpty();
                        case State.Present present ->
                                bytes.isPresent() && present.content().differsAt(bytes.get()) < 0;
                    };
            if (fits) {
                is(name, state);
                return Optional.empty();
            }
        }
        return Optional.of(
                "%s is %s, but it can only be one of %s"
                        .formatted(
                                name,
                                bytes.map(found -> found.length + " bytes" + where(found, possible))
                                        .orElse("not there"),
                                possible));
    }

    private static String where(byte[] found, List<State> possible) {
        StringBuilder text = new StringBuilder();
        for (State state : possible) {
            if (state instanceof State.Present present) {
                text.append(
                        ", unlike %s from byte %d"
                                .formatted(present.content(), present.content().differsAt(found)));
            }
        }
        return text.toString();
    }
}
