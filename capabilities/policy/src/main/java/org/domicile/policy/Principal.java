package org.domicile.policy;

import java.time.Instant;

/**
 * Who acts. @param id 16 random bytes in hexadecimal @param name personal: sealed on disk under the
 * principal's own subject key, so that it is erased with it @param subject id of the subject key
 */
public record Principal(
        String id, String organisation, String name, String subject, Instant created) {
    /** What stands for the name of one that was erased. */
    public static final String ERASED = "(erased)";

    /** Whether nobody can say any more who it was. */
    public boolean erased() {
        return name.equals(ERASED);
    }

    /** The same without its name. */
    Principal forgotten() {
        return new Principal(id, organisation, ERASED, subject, created);
    }
}
