package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The names of one side in their order, each with all its versions, oldest first. Listings come in
 * pages, newest first within a name; this takes them as they are needed. Owned by one thread.
 *
 * @param <V> a version
 */
final class Names<V> {
    /** The most versions of a name that are taken: their order has to be turned in memory. */
    static final int MOST = 10_000;

    static final String MANY = "it has more than 10,000 versions";

    /** A page of a listing. @param next the page behind it, or null at the end */
    record Page<V>(List<V> versions, @Nullable Pages<V> next) {}

    /** A place in a listing. */
    interface Pages<V> {
        /** The page there. */
        Page<V> page();
    }

    /**
     * A name.
     *
     * @param versions oldest first; of more than {@link #MOST}, the newest
     * @param many whether there are more
     */
    record Group<V>(String name, List<V> versions, boolean many) {}

    private final Function<V, String> name;
    private @Nullable Pages<V> pages;
    private List<V> page = List.of();
    private int at;
    private @Nullable Group<V> ahead;
    private String passed = "";

    Names(Pages<V> pages, Function<V, String> name) {
        this.pages = pages;
        this.name = name;
    }

    /** The next name; empty at the end. */
    Optional<Group<V>> next() {
        Group<V> kept = ahead;
        ahead = null;
        Optional<Group<V>> group = kept == null ? read() : Optional.of(kept);
        group.ifPresent(each -> passed = each.name());
        return group;
    }

    /**
     * The versions of a name, for names that are asked for in their order.
     *
     * @return empty when the listing cannot tell, because the name comes before one that was asked
     *     for already: the other side sorts otherwise
     */
    Optional<List<V>> of(String wanted) {
        if (compare(wanted, passed) < 0) {
            return Optional.empty();
        }
        while (true) {
            Optional<Group<V>> next = next();
            if (next.isEmpty()) {
                passed = wanted;
                return Optional.of(List.of());
            }
            int order = compare(next.get().name(), wanted);
            if (order > 0) {
                ahead = next.get();
                passed = wanted;
                return Optional.of(List.of());
            }
            if (order == 0) {
                return Optional.of(next.get().versions());
            }
        }
    }

    /** Counts all that is left of a listing. @param size of a version */
    static <V> Count count(Pages<V> from, ToLongFunction<V> size) {
        long versions = 0;
        long bytes = 0;
        Pages<V> at = from;
        while (at != null && !Thread.currentThread().isInterrupted()) {
            Page<V> page = at.page();
            versions += page.versions().size();
            bytes += page.versions().stream().mapToLong(size).sum();
            at = page.next();
        }
        return new Count(versions, bytes);
    }

    /** How much there is. */
    record Count(long versions, long bytes) {}

    private Optional<Group<V>> read() {
        Optional<V> first = peek();
        if (first.isEmpty()) {
            return Optional.empty();
        }
        String own = name.apply(first.get());
        List<V> versions = new ArrayList<>();
        boolean many = false;
        for (Optional<V> next = first;
                next.isPresent() && name.apply(next.get()).equals(own);
                next = peek()) {
            at++;
            if (versions.size() < MOST) {
                versions.add(next.get());
            } else {
                many = true;
            }
        }
        return Optional.of(new Group<>(own, versions.reversed(), many));
    }

    private Optional<V> peek() {
        while (at == page.size() && pages != null) {
            Page<V> next = pages.page();
            page = next.versions();
            pages = next.next();
            at = 0;
        }
        return at < page.size() ? Optional.of(page.get(at)) : Optional.empty();
    }

    /** As S3 sorts names: by their bytes. */
    static int compare(String one, String other) {
        return Arrays.compareUnsigned(
                one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
