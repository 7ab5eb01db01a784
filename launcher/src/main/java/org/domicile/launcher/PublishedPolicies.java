package org.domicile.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.domicile.policy.Evidence;
import org.domicile.policy.PolicyText;
import org.domicile.s3client.S3Signature;
import org.domicile.verifier.EntryReader;
import org.domicile.verifier.Refused;
import org.domicile.verifier.Statements;

/**
 * The policies that a public log says were put, by digest, gathered while it is checked together
 * with what it states of other logs.
 */
final class PublishedPolicies implements EntryReader {
    private final Statements statements = new Statements();
    private final Set<String> put = new HashSet<>();

    /** What the log states of others. */
    Statements statements() {
        return statements;
    }

    @Override
    public void begin(long first) {
        statements.begin(first);
        put.clear();
    }

    @Override
    public void entry(long index, byte[] entry) throws Refused {
        statements.entry(index, entry);
        String text = new String(entry, StandardCharsets.UTF_8);
        if (text.contains("policy.put")) {
            try {
                Json.Row facts = Json.object(entry).row("facts");
                put.add(name(facts.text("policy"), facts.text("version"), facts.text("digest")));
            } catch (IOException e) {
                // Whether entries are JSON is judged by who states something with them.
            }
        }
    }

    /** What of a deciding set was never put, or was another text; empty when nothing. */
    Optional<String> unpublished(Evidence.OfPolicies set) {
        for (PolicyText each : set.own()) {
            String digest =
                    S3Signature.hex(
                            S3Signature.sha256(each.text().getBytes(StandardCharsets.UTF_8)));
            if (!put.contains(name(each.id(), String.valueOf(each.version()), digest))) {
                return Optional.of(
                        "the public log has no policy %s, version %d, of this text"
                                .formatted(each.id(), each.version()));
            }
        }
        return Optional.empty();
    }

    private static String name(String policy, String version, String digest) {
        return policy + " " + version + " " + digest;
    }
}
