package org.domicile.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What somebody may act as for a while: one purpose and what may be done under it. Whoever assumes
 * it gets a temporary credential. A role does not change: it is removed, with all that acts in it,
 * and made anew.
 *
 * @param organisation whose
 * @param name unique in its organisation, a DNS label; public
 * @param id 16 random bytes in hexadecimal; another role of the name has another
 * @param purpose full name of the one purpose
 * @param principals ids of those of the organisation who may assume it with a credential
 * @param issuer full name of the {@link Target} whose tokens may assume it; empty for none
 * @param audiences of which a token must name one ({@code aud}); empty without an issuer
 * @param subjects of which a token must be for one ({@code sub}): a text, or a family such as
 *     {@code repo:city/*}; empty without an issuer
 * @param permissions what may be done in it
 * @param longest a session's greatest length
 * @param removed true once it was taken away
 */
public record Role(
        String organisation,
        String name,
        String id,
        String purpose,
        List<String> principals,
        String issuer,
        List<String> audiences,
        List<String> subjects,
        Permissions permissions,
        Duration longest,
        Instant created,
        boolean removed) {
    /** Shortest session (AWS STS API Reference, AssumeRole, DurationSeconds). */
    public static final Duration SHORTEST = Duration.ofMinutes(15);

    /** The longest that a role may allow (IAM API Reference, CreateRole, MaxSessionDuration). */
    public static final Duration LONGEST = Duration.ofHours(12);

    /** Full name: "organisation/name". */
    public String full() {
        return organisation + "/" + name;
    }

    /** The same, taken away. */
    Role taken() {
        return new Role(
                organisation,
                name,
                id,
                purpose,
                principals,
                issuer,
                audiences,
                subjects,
                permissions,
                longest,
                created,
                true);
    }

    /** The same with another form of its permissions. */
    public Role with(Permissions other) {
        return new Role(
                organisation,
                name,
                id,
                purpose,
                principals,
                issuer,
                audiences,
                subjects,
                other,
                longest,
                created,
                removed);
    }

    /** Whether a token for this subject may assume it. */
    public boolean trusts(String subject) {
        return subjects.stream()
                .anyMatch(each ->
                        each.endsWith("*")
                                ? subject.startsWith(each.substring(0, each.length() - 1))
                                : subject.equals(each));
    }
}
