package org.domicile.policy;

import java.time.Instant;
import java.util.List;

/**
 * What data may be used for; public.
 *
 * @param organisation whose it is; {@code installation} for the built-in ones
 * @param name unique in its organisation
 * @param text what it is, in plain words
 * @param owner the role or office that answers for it
 * @param legalBasis why it is lawful, in free text
 * @param zones where its uses may take data from and to
 * @param created when
 * @param expires when it ends; {@link Instant#MAX} only for built-in ones
 * @param withdrawn true once it was ended early
 */
public record Purpose(
        String organisation,
        String name,
        String text,
        String owner,
        String legalBasis,
        List<String> zones,
        Instant created,
        Instant expires,
        boolean withdrawn) {
    /** Its full name: "organisation/name". */
    public String id() {
        return organisation + "/" + name;
    }
}
