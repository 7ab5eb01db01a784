package org.domicile.policy;

import java.util.List;
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
 * @param labels by organisation and bucket, as {@code organisation/bucket}
 * @param principals by id
 * @param roles by full name; those that were taken away too
 * @param targets by full name; those that were taken away too
 * @param keys named keys by full name; those that were destroyed too
 * @param rules of tables, by organisation and the table's id, as {@code organisation/id}
 * @param sealedMax for how many days from the day on uses may be sealed at most; 0 for not at all.
 *     No decision reads it
 */
public record Register(
        String digest,
        Map<String, Organisation> organisations,
        Map<String, Zone> zones,
        Map<String, Purpose> purposes,
        Map<String, Principal> principals,
        Map<String, Credential> credentials,
        Map<String, PolicyText> policies,
        Map<String, List<Label>> labels,
        Map<String, Role> roles,
        Map<String, Target> targets,
        Map<String, NamedKey> keys,
        Map<String, TableRules> rules,
        int sealedMax) {
    /** What {@code sealedMax} is until somebody changes it: a year. */
    public static final int SEALED_MAX = 365;

    /** One without roles and keys, in which nobody changed for how long uses may be sealed. */
    public Register(
            String digest,
            Map<String, Organisation> organisations,
            Map<String, Zone> zones,
            Map<String, Purpose> purposes,
            Map<String, Principal> principals,
            Map<String, Credential> credentials,
            Map<String, PolicyText> policies,
            Map<String, List<Label>> labels) {
        this(
                digest,
                organisations,
                zones,
                purposes,
                principals,
                credentials,
                policies,
                labels,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                SEALED_MAX);
    }

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

    /** Labels of a bucket, in the order of their prefixes. */
    public List<Label> labels(String organisation, String bucket) {
        return labels.isEmpty()
                ? List.of()
                : labels.getOrDefault(organisation + "/" + bucket, List.of());
    }

    /** Rules of a table. @param table its id */
    public TableRules rules(String organisation, String table) {
        TableRules found = rules.get(organisation + "/" + table);
        return found == null ? TableRules.none(organisation, table) : found;
    }

    /** What they leave of a table to a purpose. @param purpose its full name; empty for none */
    public Sight sight(String organisation, String table, String purpose) {
        TableRules found = rules.get(organisation + "/" + table);
        return found == null ? Sight.WHOLE : found.sight(this, purpose);
    }

    /** What the labels on the way to a name say of it, all together. */
    public Marks marks(String organisation, String bucket, String name) {
        Marks marks = Marks.NONE;
        for (Label label : labels(organisation, bucket)) {
            if (name.startsWith(label.prefix())) {
                marks = marks.and(label.marks());
            }
        }
        return marks;
    }

    /** What labels say of any name that begins so: of everything that a listing could show. */
    public Marks marksBelow(String organisation, String bucket, String prefix) {
        Marks marks = Marks.NONE;
        for (Label label : labels(organisation, bucket)) {
            if (label.prefix().startsWith(prefix) || prefix.startsWith(label.prefix())) {
                marks = marks.and(label.marks());
            }
        }
        return marks;
    }

    /**
     * What a place would allow though data that come to it prohibit it: the word that the data
     * prohibit, empty when everything they prohibit stays prohibited.
     *
     * @param place what labels say of the place
     * @param coming what the data bring along
     */
    public String broken(Marks place, Marks coming) {
        return PurposeRules.broken(this, place, coming);
    }
}
