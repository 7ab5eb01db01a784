package org.domicile.iam;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.PolicySet;

/**
 * A policy document as Cedar.
 *
 * @param policies one for each statement, in their order: the statement's Sid, or {@code
 *     statementN}, and a text that Cedar reads and that is valid by {@link S3Schema}
 * @param questions what {@link S3Request#asked} has to answer for them
 * @param keys all that it asks of a request, in conditions and in variables: whoever cannot say one
 *     of them of every request had better not take the document
 * @param names the same by name, those of tags with the tag's
 * @param isPublic whether it lets in everybody (Amazon S3 User Guide, "The meaning of public")
 */
public record Compiled(
        SequencedMap<String, String> policies,
        SequencedSet<Question> questions,
        Set<ConditionKey> keys,
        SequencedSet<String> names,
        boolean isPublic) {
    public Compiled {
        keys = Set.copyOf(keys);
        policies = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(policies));
        questions = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(questions));
        names = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(names));
    }

    /**
     * Compiles a document of at most 20 KiB.
     *
     * @throws IamException that says where and why the document is refused
     */
    public static Compiled compile(String document, Attachment to) throws IamException {
        List<Statement> statements = Document.parse(document, to);
        SequencedSet<Question> questions = new LinkedHashSet<>();
        Translation translation = new Translation(to, questions);
        SequencedMap<String, String> policies = new LinkedHashMap<>();
        for (Statement statement : statements) {
            policies.put(statement.id(), translation.policy(statement));
        }
        return new Compiled(
                policies,
                questions,
                statements.stream().flatMap(Statement::keys).collect(Collectors.toSet()),
                names(statements),
                Exposure.isPublic(statements));
    }

    private static SequencedSet<String> names(List<Statement> statements) {
        SequencedSet<String> names = new TreeSet<>();
        for (Statement statement : statements) {
            statement.resources().forEach(each -> variables(each, names));
            for (Statement.Line line : statement.conditions()) {
                names.add(line.key().iamName());
                line.values().forEach(each -> variables(each, names));
            }
        }
        return names;
    }

    private static void variables(Pattern pattern, SequencedSet<String> names) {
        for (Pattern.Piece piece : pattern.pieces()) {
            if (piece instanceof Pattern.Piece.Variable(ConditionKey.Named key, _)) {
                names.add(key.iamName());
            }
        }
    }

    /** The policies, ready to decide. */
    public PolicySet policySet() {
        try {
            return PolicySet.parse(policies);
        } catch (CedarException e) {
            throw new IllegalStateException("a compiled policy does not parse: " + policies, e);
        }
    }

    /** All questions of several documents that decide together. */
    public static SequencedSet<Question> questions(List<Compiled> documents) {
        SequencedSet<Question> all = new LinkedHashSet<>();
        documents.forEach(each -> all.addAll(each.questions()));
        return all;
    }
}
