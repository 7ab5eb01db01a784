package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.lifecycle.Subject;
import org.domicile.objects.Version;
import org.jspecify.annotations.Nullable;

/**
 * Reads a listing of versions, page after page, as rules see them: where each stands among those of
 * its name, when it was replaced, how many are newer. Whether a newest version is all that there is
 * of its name shows only when the next one comes, so it is judged then. Owned by one thread.
 */
final class VersionWalk {
    private final Lifecycle rules;
    private final Function<Version, Map<String, String>> tags;
    private @Nullable Version newest;
    private @Nullable Version before;
    private int noncurrent;
    private String whole = "";

    VersionWalk(Lifecycle rules, Function<Version, Map<String, String>> tags) {
        this.rules = rules;
        this.tags = tags;
    }

    /** The versions that are over, of a page and of what was left to judge of the one before. */
    List<Version> over(List<Version> page, boolean last, Instant now, Duration day) {
        List<Version> over = new ArrayList<>();
        for (Version version : page) {
            Version held = newest;
            Version newer = before;
            if (newer != null && newer.name().equals(version.name())) {
                if (held != null) {
                    judge(over, held, Subject.Place.NEWEST, held.modified(), 0, now, day);
                    newest = null;
                }
                judge(
                        over,
                        version,
                        Subject.Place.NONCURRENT,
                        newer.modified(),
                        noncurrent++,
                        now,
                        day);
            } else {
                if (held != null) {
                    judge(over, held, Subject.Place.ALONE, held.modified(), 0, now, day);
                }
                whole = newer == null ? whole : newer.name();
                newest = version;
                noncurrent = 0;
            }
            before = version;
        }
        Version held = newest;
        if (last && held != null) {
            judge(over, held, Subject.Place.ALONE, held.modified(), 0, now, day);
            newest = null;
        }
        return over;
    }

    /** The last name of which all versions were judged, or {@code otherwise} before the second. */
    String whole(String otherwise) {
        return whole.isEmpty() ? otherwise : whole;
    }

    private void judge(
            List<Version> over,
            Version version,
            Subject.Place place,
            Instant replaced,
            int newer,
            Instant now,
            Duration day) {
        Subject.Kind kind =
                switch (version.kind()) {
                    case OBJECT -> Subject.Kind.OBJECT;
                    case DELETE_MARKER -> Subject.Kind.MARKER;
                };
        Subject subject =
                new Subject(
                        version.name(),
                        kind,
                        place,
                        version.size(),
                        new Once(() -> tags.apply(version)),
                        version.modified(),
                        replaced,
                        newer);
        if (rules.expiry(subject, day).due(now)) {
            over.add(version);
        }
    }

    /** Opens a version's tags once, however many rules ask for them. */
    private static final class Once implements Supplier<Map<String, String>> {
        private final Supplier<Map<String, String>> tags;
        private @Nullable Map<String, String> seen;

        Once(Supplier<Map<String, String>> tags) {
            this.tags = tags;
        }

        @Override
        public Map<String, String> get() {
            Map<String, String> known = seen == null ? tags.get() : seen;
            seen = known;
            return known;
        }
    }
}
