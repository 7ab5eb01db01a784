package org.domicile.events;

import java.time.Instant;
import java.util.List;

/**
 * Something that happened to an object.
 *
 * @param type what
 * @param at when, to the millisecond
 * @param purpose full name of the purpose under which it is told
 * @param bucket where
 * @param name of the object; empty for a test
 * @param version which version is told
 * @param size plain bytes; -1 when that is not told
 * @param details a {@link Details}, sealed by the guard
 */
public record Event(
        EventType type,
        Instant at,
        String purpose,
        Place bucket,
        String name,
        Version version,
        long size,
        byte[] details) {
    /** To the millisecond. */
    public Event {
        at = Instant.ofEpochMilli(at.toEpochMilli());
    }

    /**
     * The bucket as it was then: it may be gone when the event is told.
     *
     * @param id which no other bucket ever has
     * @param zones where its data may go
     */
    public record Place(String id, String name, List<String> zones) {
        /** As they are now. */
        public Place {
            zones = List.copyOf(zones);
        }
    }

    /** Which version is told. */
    public sealed interface Version {
        /** None: the bucket keeps no versions. */
        record None() implements Version {}

        /** The one that the commit made, whose id is the commit's version. */
        record Fresh() implements Version {}

        /** The one with this id, as doors show it. */
        record Known(String id) implements Version {}
    }

    /**
     * What an event holds beside its place.
     *
     * @param rule id of the rule that wanted it
     * @param etag without quotes; empty when that is not told
     * @param principal random id of who did it; empty when that is not told
     * @param request id of the request; empty when none did it
     */
    public record Details(String rule, String etag, String principal, String request) {
        /** From its form. */
        public static Details of(byte[] opened) {
            return EventForm.details(opened);
        }

        /** Its form. */
        public byte[] document() {
            return EventForm.encode(this);
        }
    }
}
