package org.domicile.ledger;

import java.util.List;
import java.util.Map;
import org.domicile.keys.KeyId;

/**
 * A statement for the public log.
 *
 * @param kind for example {@code purpose.created}, {@code credential.withdrawn}
 * @param facts public facts by name, values as text; people only as random ids
 * @param texts texts that could name people: committed to in the entry, their values in the
 *     erasable payload
 * @param about the subject key under which the texts are sealed, so that they are erased with the
 *     person; none for texts that name nobody in particular, which the program's own key seals
 * @param given commitments by name, in base64, that were made already and whose openings were given
 *     away: nothing here keeps them. They stand among those to the texts
 */
public record Statement(
        String kind,
        Map<String, String> facts,
        Map<String, String> texts,
        List<KeyId> about,
        Map<String, String> given) {
    /** About nobody in particular. */
    public Statement(String kind, Map<String, String> facts, Map<String, String> texts) {
        this(kind, facts, texts, List.of(), Map.of());
    }

    /** There is one key to seal under. */
    public Statement {
        if (about.size() > 1) {
            throw new IllegalArgumentException("a statement's texts are about one person at most");
        }
    }
}
