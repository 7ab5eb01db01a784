package org.domicile.proof;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.domicile.proof.Linearizability.Effect;
import org.domicile.proof.Linearizability.Seen;
import org.domicile.proof.Linearizability.When;

/**
 * What all clients saw of one key since it was last judged, and what it held then. Safe for
 * concurrent use.
 */
final class Register {
    /** How many places one answer may lead to; a handful is usual. */
    private static final int MOST_PLACES = 2_000_000;

    /**
     * A change without an answer.
     *
     * @param to what it writes; empty for a copy, which writes whatever another key held
     */
    private record Open(long began, When when, Set<String> to) {}

    private final String key;
    private final List<Seen> history = new ArrayList<>();
    private final List<Open> open = new ArrayList<>();
    private Set<String> held = Set.of(Linearizability.ABSENT);

    Register(String key) {
        this.key = key;
    }

    String key() {
        return key;
    }

    /** An answer came. */
    synchronized void saw(long began, long ended, Effect effect) {
        history.add(new Seen(began, ended, effect));
    }

    /** A change to a value has no answer: it may happen until the server ends. */
    synchronized void unanswered(long began, When when, String to) {
        open.add(new Open(began, when, Set.of(to)));
    }

    /** The same of a copy of whatever another key held. */
    synchronized void unansweredCopy(long began, When when) {
        open.add(new Open(began, when, Set.of()));
    }

    /** How many operations are to be judged. */
    synchronized int size() {
        return history.size() + open.size();
    }

    /** How many changes have no answer. */
    synchronized int unanswered() {
        return open.size();
    }

    /**
     * The server is gone and its successor was asked what is there. Judges all that was seen, and
     * begins anew.
     *
     * @param died from when on nothing of the past could happen any more: this moment and as many
     *     behind it as there are changes without an answer
     * @param asked and @param answered when the successor was asked @param found its answer
     */
    synchronized Linearizability.Verdict judge(long died, long asked, long answered, String found) {
        history.add(new Seen(asked, answered, new Effect.Saw(found)));
        long end = died;
        for (Open each : open) {
            Set<String> to = each.to().isEmpty() ? met(each.began()) : each.to();
            history.add(new Seen(each.began(), end++, new Effect.Perhaps(each.when(), to)));
        }
        open.clear();
        Linearizability.Verdict verdict = Linearizability.check(history, held, MOST_PLACES);
        if (verdict instanceof Linearizability.Verdict.Possible(Set<String> last)) {
            held = last;
            history.clear();
        }
        return verdict;
    }

    /** Values that somebody met here after a moment: what else a copy wrote, nobody has seen. */
    private Set<String> met(long since) {
        Set<String> met = new HashSet<>();
        for (Seen each : history) {
            if (each.ended() > since) {
                switch (each.effect()) {
                    case Effect.Saw(String value) -> met.add(value);
                    case Effect.Changed(When.Is(String value), String _) -> met.add(value);
                    case Effect.Changed _, Effect.Refused _, Effect.Perhaps _ -> {}
                }
            }
        }
        met.remove(Linearizability.ABSENT);
        met.add("something that nobody has seen");
        return met;
    }

    /** What was seen, an operation a line, in the order of the calls. */
    synchronized List<String> lines() {
        return history.stream()
                .sorted((a, b) -> Long.compare(a.began(), b.began()))
                .map(Seen::toString)
                .toList();
    }
}
