package org.domicile.iam;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
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
 */
public record Compiled(
        SequencedMap<String, String> policies,
        SequencedSet<Question> questions,
        Set<ConditionKey> keys) {
    public Compiled {
        keys = Set.copyOf(keys);
        policies = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(policies));
        questions = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(questions));
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
                statements.stream().flatMap(Statement::keys).collect(Collectors.toSet()));
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
