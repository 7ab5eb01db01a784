package org.domicile.guard;

import java.util.List;
import java.util.Optional;
import org.domicile.policy.Marks;
import org.domicile.policy.Organisation;
import org.domicile.policy.Resource;
import org.domicile.streams.Stream;
import org.domicile.streams.Volume;

/**
 * Streams as policy sees them: objects of a bucket {@code streams}, and what may lie in them.
 * Whoever brings records asks here, whichever way they come.
 */
final class StreamPlaces {
    private final Volume volume;
    private final String dataZone;
    private final StreamEnds ends = new StreamEnds();

    StreamPlaces(Volume volume, String dataZone) {
        this.volume = volume;
        this.dataZone = dataZone;
    }

    /** Streams that go. */
    StreamEnds ends() {
        return ends;
    }

    /** One that is there. */
    Resource.Data of(Stream stream) {
        return of(stream, dataZone);
    }

    /** The same. @param dataZone where streams lie here */
    static Resource.Data of(Stream stream, String dataZone) {
        return new Resource.Data(
                stream.organisation(),
                BucketNames.STREAMS,
                stream.name(),
                stream.zones(),
                dataZone);
    }

    /** One that is there, or would be the caller's own. */
    Resource.Data of(Uses uses, Optional<Stream> found, String name) {
        return found.map(this::of)
                .orElseGet(() ->
                        new Resource.Data(
                                uses.organisation(),
                                BucketNames.STREAMS,
                                name,
                                List.of(dataZone),
                                dataZone));
    }

    /** One that the caller would make. */
    static Resource.Data fresh(Uses uses, String name) {
        return new Resource.Data(
                uses.organisation(), BucketNames.STREAMS, name, zones(uses), uses.dataZone());
    }

    /** Where a new one lies. */
    static List<String> zones(Uses uses) {
        Organisation organisation =
                uses.policy().register().organisations().get(uses.organisation());
        return organisation == null ? List.of(uses.dataZone()) : List.of(organisation.zone());
    }

    /** As it stands on record. */
    static String object(String name) {
        return BucketNames.STREAMS + "/" + name;
    }

    /** Records carry no marks of their own: a stream's label has to say all that is known. */
    static boolean keeps(Marks stream, Marks coming) {
        return stream.classes().containsAll(coming.classes())
                && stream.prohibited().containsAll(coming.prohibited())
                && stream.only().containsAll(coming.only());
    }

    /** All classes of data but one are categories of personal data. */
    static boolean isAboutPeople(Marks labels) {
        return labels.classes().stream().anyMatch(each -> !each.equals("open"));
    }

    /** Why nothing may come to lie in it now, by its labels and its disk; empty when it may. */
    Optional<String> objection(Uses uses, Resource.Data place) {
        return isAboutPeople(uses.labels(place)) && !volume.encrypts()
                ? Optional.of(Sentences.CLEAR_VOLUME)
                : Optional.empty();
    }
}
