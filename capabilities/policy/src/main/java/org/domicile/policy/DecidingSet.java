package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.PolicySet;

/**
 * All that judges the requests of one organisation: the schema, the program's policies, then the
 * organisation's own, each set's in its order.
 *
 * @param digest names it in entries: SHA-256 over the schema, then each policy's id and text, each
 *     framed as its length in UTF-8 (four bytes, the most significant first) and its UTF-8
 * @param texts each policy by id in the order in which reasons are said; those of an organisation
 *     as {@code set/id}
 * @param own the organisation's sets
 */
record DecidingSet(
        String digest,
        String schema,
        String program,
        Map<String, String> texts,
        List<PolicyText> own,
        PolicySet policies) {
    /**
     * @param own in the order of their names
     * @throws CedarException if a text does not parse; who put it saw to it that it does
     */
    static DecidingSet of(String schema, String program, List<PolicyText> own)
            throws CedarException {
        Map<String, String> texts = new LinkedHashMap<>();
        ProgramPolicies.byId("", program).forEach((id, each) -> texts.put(id, each.text()));
        for (PolicyText set : own) {
            ProgramPolicies.byId(set.name() + "/", set.text())
                    .forEach((id, each) -> texts.put(id, each.text()));
        }
        Sha256 sha = new Sha256().framed(schema.getBytes(StandardCharsets.UTF_8));
        texts.forEach((id, text) ->
                sha.framed(id.getBytes(StandardCharsets.UTF_8))
                        .framed(text.getBytes(StandardCharsets.UTF_8)));
        return new DecidingSet(
                sha.hexadecimal(),
                schema,
                program,
                Collections.unmodifiableMap(texts),
                List.copyOf(own),
                PolicySet.parse(texts));
    }
}
