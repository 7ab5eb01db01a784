package org.domicile.register;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a purpose declared from one statement of the public log on.
 *
 * @param index of the statement
 * @param minute in minutes since 1970
 * @param kind empty in statements from before kinds
 * @param ends in minutes since 1970; {@link Long#MAX_VALUE} for never
 */
record Form(
        long index,
        long minute,
        String kind,
        String term,
        List<String> classes,
        List<String> actions,
        List<String> zones,
        String parent,
        String expires,
        long ends) {
    static Form of(long index, long minute, Map<?, ?> facts) {
        String expires = EntryJson.text(facts, "expires");
        return new Form(
                index,
                minute,
                EntryJson.text(facts, "kind"),
                EntryJson.text(facts, "term"),
                words(facts, "classes"),
                facts.containsKey("actions") ? words(facts, "actions") : List.of("*"),
                words(facts, "zones"),
                EntryJson.text(facts, "parent"),
                expires,
                ends(expires));
    }

    private static List<String> words(Map<?, ?> facts, String name) {
        String text = EntryJson.text(facts, name);
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(" ", -1));
    }

    private static long ends(String expires) {
        try {
            return Instant.parse(expires).getEpochSecond() / 60;
        } catch (DateTimeException e) {
            return Long.MAX_VALUE; // "never"
        }
    }

    boolean allows(String action) {
        for (String pattern : actions) {
            boolean family = pattern.endsWith("*");
            if (family
                    ? action.startsWith(pattern.substring(0, pattern.length() - 1))
                    : action.equals(pattern)) {
                return true;
            }
        }
        return false;
    }
}
