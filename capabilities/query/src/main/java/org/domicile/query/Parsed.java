package org.domicile.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the worker found in a text.
 *
 * @param sql the text, as the engine takes it
 * @param all whether something in it stands for columns without naming them
 * @param references tables that it names, each once
 * @param mentions where it names them
 * @param words all of its names, in lower case: those of the columns that it needs are among them
 * @param functions that it calls, in lower case; {@link #SAMPLE} where it takes some rows by chance
 */
record Parsed(
        Kind kind,
        String sql,
        boolean all,
        List<Reference> references,
        List<Mention> mentions,
        Set<String> words,
        Set<String> functions) {
    /** In the place of a function: TABLESAMPLE, USING SAMPLE. */
    static final String SAMPLE = "tablesample";

    /**
     * A name in the text.
     *
     * @param reference its place in the list of them
     * @param at where it begins, in characters from 0; -1 when it is not known
     * @param aliased whether it is given another name there
     */
    record Mention(int reference, int at, boolean aliased) {}

    /** Whether a column may be needed. */
    boolean needs(String column) {
        return all || words.contains(column.toLowerCase(Locale.ROOT));
    }

    /**
     * The same with what tables are read as of.
     *
     * @param moments of the clauses that were taken out of the text
     */
    Answer<Parsed> asOf(Map<SqlText.Clause, At> moments) {
        if (moments.isEmpty()) {
            return Answer.of(this);
        }
        List<SqlText.Clause> clauses =
                moments.keySet().stream()
                        .sorted(Comparator.comparingInt(SqlText.Clause::at))
                        .toList();
        Set<SqlText.Clause> left = new HashSet<>(clauses);
        List<Reference> timed = new ArrayList<>();
        List<Mention> mentioned = new ArrayList<>();
        for (Mention each : mentions) {
            Reference plain = references.get(each.reference());
            Optional<SqlText.Clause> clause =
                    each.at() < 0
                            ? Optional.empty()
                            : SqlText.of(sql, each.at(), plain.name(), clauses);
            clause.ifPresent(left::remove);
            Reference reference =
                    new Reference(
                            plain.name(), clause.map(moments::get).orElse(At.NOW), plain.wanted());
            int place = timed.indexOf(reference);
            if (place < 0) {
                place = timed.size();
                timed.add(reference);
            }
            mentioned.add(new Mention(place, each.at(), each.aliased()));
        }
        return left.isEmpty()
                ? Answer.of(new Parsed(kind, sql, all, timed, mentioned, words, functions))
                : Answer.failed(
                        new Failure(
                                Failure.SYNTAX,
                                "What a table is read as of stands behind its name.",
                                left.stream().mapToInt(SqlText.Clause::at).min().orElse(0) + 1,
                                ""));
    }
}
