package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are about people, as their labels say: what lies in them lies there in clear, and
 * outlives the key of whom it is about. Safe for concurrent use.
 */
final class PeopleStreams {
    /** So long the log has the files of a stream that it has let go. */
    private static final Duration AFTER_DELETION = Duration.ofMinutes(1);

    private final String dataZone;
    private volatile @Nullable Streams streams;

    PeopleStreams(String dataZone) {
        this.dataZone = dataZone;
    }

    /** From now on they are known. */
    void in(Streams register) {
        streams = register;
    }

    /** Those of an organisation, by name; also those that were deleted and lie there still. */
    List<GuardedPeople.Remaining> of(Uses uses, String organisation) {
        Streams register = streams;
        if (register == null) {
            return List.of();
        }
        List<GuardedPeople.Remaining> all = new ArrayList<>();
        // first, or one that goes meanwhile would be in neither
        register.of(organisation).stream()
                .filter(each -> isAboutPeople(uses, each))
                .forEach(each -> all.add(remaining(uses, each)));
        register.left(organisation).stream()
                .filter(each -> isAboutPeople(uses, each.stream()))
                .forEach(each -> all.add(remaining(each)));
        all.sort(Comparator.comparing(GuardedPeople.Remaining::stream));
        return all;
    }

    private boolean isAboutPeople(Uses uses, Stream stream) {
        return StreamPlaces.isAboutPeople(uses.labels(StreamPlaces.of(stream, dataZone)));
    }

    private static GuardedPeople.Remaining remaining(Streams.Left left) {
        boolean going = left.until().isBefore(Instant.MAX);
        return new GuardedPeople.Remaining(
                left.stream().name(),
                going
                        ? GuardedPeople.Remaining.Kept.BY_AGE
                        : GuardedPeople.Remaining.Kept.UNTIL_DELETED,
                AFTER_DELETION,
                going ? wholeMinute(left.until()) : left.until());
    }

    private static GuardedPeople.Remaining remaining(Uses uses, Stream stream) {
        return new GuardedPeople.Remaining(
                stream.name(),
                stream.table().isEmpty()
                        ? GuardedPeople.Remaining.Kept.BY_AGE
                        : GuardedPeople.Remaining.Kept.UNTIL_ROWS,
                stream.topic().lies(),
                wholeMinute(uses.at().plus(stream.topic().lies())));
    }

    /** The next one. */
    private static Instant wholeMinute(Instant at) {
        return at.plus(Duration.ofMinutes(1)).truncatedTo(ChronoUnit.MINUTES);
    }
}
