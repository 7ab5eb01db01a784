package org.domicile.moving;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.domicile.guard.Encrypted;
import org.domicile.guard.Found;
import org.domicile.guard.Guard;
import org.domicile.guard.GuardedArrivals;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.MovesAtWork;
import org.domicile.guard.Refused;
import org.domicile.moves.Move;
import org.domicile.objects.Bucket;
import org.domicile.objects.Listing;
import org.domicile.request.Request;

/**
 * This side of a move: its bucket, by way of the guard, as the credential of the move. Each call
 * makes a request of its own, so that it is judged by what holds by then.
 */
final class Here {
    private final Guard guard;
    private final Move move;
    private final MovesAtWork.Means means;
    private final String zone;
    private final InstantSource clock;

    /**
     * @param zone where the data of this move go
     */
    Here(Guard guard, Move move, MovesAtWork.Means means, String zone, InstantSource clock) {
        this.guard = guard;
        this.move = move;
        this.means = means;
        this.zone = zone;
        this.clock = clock;
    }

    String bucket() {
        return move.bucket();
    }

    Instant now() {
        return clock.instant();
    }

    private Request request() {
        return new Request(
                "move-" + move.id(),
                means.caller(),
                "moving",
                zone,
                "",
                clock.instant(),
                Instant.MAX,
                Optional.empty());
    }

    GuardedObjects objects() {
        return guard.objects(request());
    }

    GuardedArrivals arrivals() {
        return guard.arrivals(request(), means.marks());
    }

    Optional<Bucket> facts() {
        return objects().bucket("s3:GetBucketVersioning", move.bucket());
    }

    /** All names behind one. */
    Names<Found> names(String after) {
        return new Names<>(listing("", after, ""), Found::name);
    }

    /** How much there is. */
    Names.Count count() {
        return Names.count(listing("", "", ""), Found::size);
    }

    /** All versions of one name, oldest first. */
    List<Found> versions(String name) {
        return new Names<>(listing(name, "", ""), Found::name)
                .next()
                .filter(group -> group.name().equals(name))
                .map(Names.Group::versions)
                .orElse(List.of());
    }

    /**
     * Whether a version's ETag is none of its bytes, because a named or a customer's key seals it:
     * listings do not show that. Where the credential may not look, it is taken to be so.
     */
    boolean opaque(Found listed) {
        try {
            GuardedObjects.Got got =
                    objects()
                            .facts(
                                    "s3:GetObjectVersion",
                                    move.bucket(),
                                    listed.name(),
                                    Optional.of(listed.version()));
            if (!(got instanceof GuardedObjects.Got.Object(Found found, var content))) {
                return true;
            }
            content.close();
            return found.encrypted().kind() != Encrypted.Kind.OWN;
        } catch (Refused e) {
            return true;
        }
    }

    private Names.Pages<Found> listing(String prefix, String after, String version) {
        return () -> {
            GuardedObjects.Page page =
                    objects()
                            .listVersions(
                                    move.bucket(),
                                    new Listing.Query(prefix, "", after, version, Listing.MAX))
                            .orElseThrow(() ->
                                    new Ended("there is no bucket " + move.bucket() + " any more"));
            return new Names.Page<>(
                    page.found(),
                    page.next()
                            .map(next -> listing(prefix, next.name(), next.version()))
                            .orElse(null));
        };
    }
}
