package org.domicile.guard;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.domicile.ledger.Statement;
import org.domicile.policy.Kind;
import org.domicile.policy.Kinds;
import org.domicile.policy.Label;
import org.domicile.policy.Purpose;
import org.domicile.policy.TableRules;

/**
 * What the public log says of purposes and labels. Facts are words between spaces; what could name
 * somebody (texts, places of data) is committed to.
 */
final class Declarations {
    private Declarations() {}

    static Statement of(String kind, Purpose purpose) {
        Map<String, String> facts = new HashMap<>();
        facts.put("purpose", purpose.id());
        facts.put("kind", purpose.kind());
        facts.put("term", purpose.term());
        facts.put("classes", words(purpose.classes()));
        facts.put("actions", words(purpose.actions()));
        facts.put("zones", words(purpose.zones()));
        facts.put("expires", time(purpose.expires()));
        if (!purpose.parent().isEmpty()) {
            facts.put("parent", purpose.parent());
        }
        if (purpose.sealable()) {
            facts.put("sealed", "allowed");
        }
        purpose.algorithm().ifPresent(used -> facts.put("algorithm", words(used.words())));
        return new Statement(
                kind,
                facts,
                Map.of(
                        "text", purpose.text(),
                        "text-ar", purpose.arabic(),
                        "owner", purpose.owner(),
                        "legal-basis", purpose.legalBasis(),
                        "contact", purpose.contact()));
    }

    /** That a purpose of a declined kind was asked for: whose, and of which kind, no more. */
    static Optional<Statement> declined(String asked, String organisation) {
        return Kinds.named(asked)
                .filter(kind -> kind.standing() == Kind.Standing.DECLINED)
                .map(kind ->
                        new Statement(
                                "purpose.declined",
                                Map.of("kind", kind.name(), "organisation", organisation),
                                Map.of()));
    }

    static Statement of(String kind, Label label) {
        Map<String, String> facts = new HashMap<>();
        facts.put("organisation", label.organisation());
        facts.put("classes", words(label.marks().classes()));
        facts.put("prohibited", words(label.marks().prohibited()));
        label.marks().only().forEach(only -> facts.put("only", words(only)));
        return new Statement(
                kind, facts, Map.of("data", ObjectUses.object(label.bucket(), label.prefix())));
    }

    /** Of a column of a table. @param data which one it is */
    static Statement of(String organisation, String data, TableRules.OfColumn rule) {
        boolean removed = rule.classes().isEmpty();
        Map<String, String> facts = new HashMap<>(Map.of("organisation", organisation));
        if (!removed) {
            facts.put("classes", words(rule.classes()));
            facts.put("otherwise", rule.otherwise().name().toLowerCase(Locale.ROOT));
        }
        return new Statement(
                removed ? "table.classes.removed" : "table.classes.set",
                facts,
                Map.of("data", data));
    }

    /** Of rows of a table. @param data which table it is */
    static Statement of(String organisation, String data, TableRules.OfRows rule) {
        boolean removed = rule.where().isEmpty();
        Map<String, String> facts = new HashMap<>(Map.of("organisation", organisation));
        facts.put("purposes", words(rule.purposes()));
        return new Statement(
                removed ? "table.rows.removed" : "table.rows.set",
                facts,
                removed ? Map.of("data", data) : Map.of("data", data, "where", rule.where()));
    }

    static String time(Instant at) {
        return at.equals(Instant.MAX) ? "never" : at.toString();
    }

    private static String words(List<String> words) {
        return String.join(" ", words);
    }
}
