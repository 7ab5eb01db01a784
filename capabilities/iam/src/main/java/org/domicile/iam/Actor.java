package org.domicile.iam;

import java.util.Set;

/** Who asks. */
public sealed interface Actor {
    /** Nobody who is known. */
    record Anonymous() implements Actor {}

    /**
     * Somebody who showed a credential.
     *
     * @param arn what {@code aws:PrincipalArn} says: {@code arn:aws:iam::ORG:user/ID}, or for a
     *     session the ARN of its role
     * @param also further ARNs that mean this principal: a session's own, {@code
     *     arn:aws:sts::ORG:assumed-role/ROLE/SESSION}
     * @param account the organisation; empty for none
     * @param canonicalUser the id by which grants of S3 name the account; empty for none
     */
    record Known(String arn, Set<String> also, String account, String canonicalUser)
            implements Actor {
        public Known {
            if (!Arns.isArn(Pattern.literal(arn))) {
                throw new IllegalArgumentException(arn + " is no ARN");
            }
            also = Set.copyOf(also);
        }
    }
}
