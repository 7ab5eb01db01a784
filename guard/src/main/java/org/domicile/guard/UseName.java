package org.domicile.guard;

import java.util.OptionalLong;
import org.domicile.ledger.Ledger;

/**
 * How people name a use: {@code organisation/node/number}, as the header of an answer does, or its
 * log and place, {@code use/organisation/node#index}.
 *
 * @param number the use's number, or its index in the log
 */
record UseName(String organisation, String node, long number, Kind kind) {
    /** What the number is. */
    enum Kind {
        /** That of the use. */
        NUMBER,
        /** Its place in the log. */
        INDEX
    }

    private static final String LOG = "use/";

    /**
     * @throws Administration.Impossible when it is neither
     */
    static UseName parse(String text) {
        int hash = text.indexOf('#');
        boolean placed = hash > 0 && text.startsWith(LOG);
        String[] parts =
                (placed ? text.substring(LOG.length()).replace('#', '/') : text).split("/", -1);
        if (parts.length != 3 || (hash >= 0 && !placed)) {
            throw malformed(text);
        }
        try {
            long number = Long.parseLong(parts[2]);
            if (number < 0) {
                throw malformed(text);
            }
            return new UseName(parts[0], parts[1], number, placed ? Kind.INDEX : Kind.NUMBER);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    private static Administration.Impossible malformed(String text) {
        return new Administration.Impossible(
                "'"
                        + text
                        + "' names no use; write ORGANISATION/NODE/NUMBER as in the header"
                        + " x-domicile-use, or LOG#INDEX such as use/main/node-1#12");
    }

    String log() {
        return Ledger.useLog(organisation, node);
    }

    /** Its place; empty when nothing of that number is on record. */
    OptionalLong index(Ledger ledger) {
        if (!ledger.logs().contains(log())) {
            return OptionalLong.empty();
        }
        return switch (kind) {
            case NUMBER -> ledger.place(log(), number);
            case INDEX -> OptionalLong.of(number);
        };
    }
}
