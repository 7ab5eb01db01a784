package org.domicile.policy;

import java.util.Map;

/**
 * Everything that decisions read, at one moment.
 *
 * @param digest SHA-256 over the canonical form of what decisions read, but for policies, 64
 *     hexadecimal digits; names this state in records
 * @param purposes by full name
 * @param credentials by access key
 * @param policies the newest version of each policy set by full name; the program's own stand there
 *     too, in the organisation of the installation
 * @param principals by id
 */
public record Register(
        String digest,
        Map<String, Organisation> organisations,
        Map<String, Zone> zones,
        Map<String, Purpose> purposes,
        Map<String, Principal> principals,
        Map<String, Credential> credentials,
        Map<String, PolicyText> policies) {
    /** True when {@code inner} is {@code outer} or lies in it. */
    public boolean inside(String inner, String outer) {
        String at = inner;
        for (int depth = 0; depth < 16; depth++) {
            if (at.equals(outer)) {
                return true;
            }
            Zone zone = zones.get(at);
            if (zone == null || zone.parent().isEmpty()) {
                return false;
            }
            at = zone.parent().get();
        }
        return false;
    }
}
