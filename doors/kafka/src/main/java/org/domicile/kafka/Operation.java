package org.domicile.kafka;

import java.util.Locale;
import org.domicile.streams.Act;
import org.domicile.streams.Admission;

/** What clients of Kafka's protocol can do here, all of it: how each meets the guard. */
enum Operation {
    /** Learn which streams there are, and of their partitions and offsets. */
    LIST,
    /** Learn that of one that is named. */
    SEE,
    /** Append records. */
    PUBLISH,
    /** Read records. */
    POLL,
    /** Keep a place as a group. */
    GROUP,
    /** Publish as a transaction. */
    TRANSACTION;

    /** The action under which wrong logins are counted. */
    static final String LOGIN = "streams:Connect";

    static Operation of(Act act) {
        return switch (act) {
            case LIST -> LIST;
            case SEE -> SEE;
            case PUBLISH -> PUBLISH;
            case POLL -> POLL;
        };
    }

    static Operation of(Admission.Shared kind) {
        return switch (kind) {
            case GROUP -> GROUP;
            case TRANSACTION -> TRANSACTION;
        };
    }

    /** As figures name it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
