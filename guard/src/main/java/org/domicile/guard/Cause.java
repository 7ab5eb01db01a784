package org.domicile.guard;

import java.util.Optional;
import org.domicile.events.EventType;
import org.domicile.objects.Effect;

/** Why an object changes: with what the change does, the type of its event. */
enum Cause {
    PUT(EventType.CREATED_PUT),
    POST(EventType.CREATED_POST),
    COPY(EventType.CREATED_COPY),
    PARTS(EventType.CREATED_PARTS),
    DELETE(EventType.REMOVED),
    EXPIRY(EventType.EXPIRED),
    TAG(EventType.TAGGED),
    UNTAG(EventType.UNTAGGED),
    LIST(EventType.LISTED),
    /** A retention or a hold, of which S3 tells nobody. */
    KEEP(EventType.TEST);

    private final EventType type;

    Cause(EventType type) {
        this.type = type;
    }

    static Cause of(Asking.Arrival arrival) {
        return switch (arrival) {
            case BODY -> PUT;
            case FORM -> POST;
        };
    }

    /** Empty for what is not told. */
    Optional<EventType> type(Effect.Kind kind) {
        boolean marked = kind == Effect.Kind.MARKED;
        return switch (this) {
            case DELETE -> Optional.of(marked ? EventType.MARKED : type);
            case EXPIRY -> Optional.of(marked ? EventType.EXPIRED_MARKED : type);
            case KEEP -> Optional.empty();
            case PUT, POST, COPY, PARTS, TAG, UNTAG, LIST -> Optional.of(type);
        };
    }
}
