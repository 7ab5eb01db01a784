package org.domicile.policy;

import java.util.List;
import java.util.TreeSet;

/**
 * What is known of data: by labels where they lie, and by what they were derived from. Purposes are
 * named in full ({@code organisation/name}) or by their kind. Lists are sorted, each word once.
 *
 * @param classes classes of data
 * @param prohibited purposes and kinds that may never use them
 * @param only lists of purposes and kinds: with each list, who is not in it may not use them
 */
public record Marks(List<String> classes, List<String> prohibited, List<List<String>> only) {
    /** Nothing is known. */
    public static final Marks NONE = new Marks(List.of(), List.of(), List.of());

    /** The most words in all lists together: a copy that would bring more is refused. */
    public static final int MOST = 1_024;

    /** Sorts, and lets each word stand once. */
    public Marks {
        classes = List.copyOf(new TreeSet<>(classes));
        prohibited = List.copyOf(new TreeSet<>(prohibited));
        only =
                only.stream()
                        .map(list -> List.copyOf(new TreeSet<>(list)))
                        .distinct()
                        .sorted((a, b) -> a.toString().compareTo(b.toString()))
                        .toList();
    }

    /** True when nothing is known. */
    public boolean isEmpty() {
        return classes.isEmpty() && prohibited.isEmpty() && only.isEmpty();
    }

    /** Whether they are few enough to be stored. */
    public boolean fits() {
        return classes.size() + prohibited.size() + only.stream().mapToInt(List::size).sum()
                <= MOST;
    }

    /** Both: what is prohibited by one is prohibited, what is only for some is only for them. */
    public Marks and(Marks other) {
        if (isEmpty() || equals(other)) {
            return other;
        }
        return other.isEmpty()
                ? this
                : new Marks(
                        join(classes, other.classes),
                        join(prohibited, other.prohibited),
                        join(only, other.only));
    }

    private static <T> List<T> join(List<T> one, List<T> other) {
        return java.util.stream.Stream.concat(one.stream(), other.stream()).toList();
    }
}
