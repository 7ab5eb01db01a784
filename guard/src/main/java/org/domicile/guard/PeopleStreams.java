package org.domicile.guard;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.domicile.streams.Stream;
import org.domicile.streams.Streams;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are about people, as their labels say: what lies in them lies there in clear, and
 * outlives the key of whom it is about. Safe for concurrent use.
 */
final class PeopleStreams {
    private final String dataZone;
    private volatile @Nullable Streams streams;

    PeopleStreams(String dataZone) {
        this.dataZone = dataZone;
    }

    /** From now on they are known. */
    void in(Streams register) {
        streams = register;
    }

    /** Those of an organisation, by name. */
    List<GuardedPeople.Remaining> of(Uses uses, String organisation) {
        Streams register = streams;
        return register == null
                ? List.of()
                : register.of(organisation).stream()
                        .filter(each ->
                                StreamPlaces.isAboutPeople(
                                        uses.labels(StreamPlaces.of(each, dataZone))))
                        .map(each -> remaining(uses, each))
                        .toList();
    }

    private static GuardedPeople.Remaining remaining(Uses uses, Stream stream) {
        return new GuardedPeople.Remaining(
                stream.name(),
                stream.table().isEmpty()
                        ? GuardedPeople.Remaining.Kept.BY_AGE
                        : GuardedPeople.Remaining.Kept.UNTIL_ROWS,
                stream.topic().lies(),
                uses.at()
                        .plus(stream.topic().lies())
                        .plus(Duration.ofMinutes(1))
                        .truncatedTo(ChronoUnit.MINUTES));
    }
}
