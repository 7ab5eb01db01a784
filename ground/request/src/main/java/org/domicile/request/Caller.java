package org.domicile.request;

import java.time.Instant;

/** Who asks. Closed: every place that judges a caller has to say what it does with each kind. */
public sealed interface Caller {
    /**
     * Somebody whose credential was verified.
     *
     * @param organisation id of the tenant
     * @param principal random id of the principal (never a name)
     * @param credential access key id
     * @param purpose the one purpose that the credential is bound to, as "organisation/name"
     * @param by what was shown
     */
    record Known(String organisation, String principal, String credential, String purpose, By by)
            implements Caller {
        /** Somebody who showed a credential of the register. */
        public Known(String organisation, String principal, String credential, String purpose) {
            this(organisation, principal, credential, purpose, new By.Credential());
        }
    }

    /** What a known caller showed. */
    sealed interface By {
        /** A credential that stands in the register. */
        record Credential() implements By {}

        /**
         * A temporary credential, which stands in no register: the request brings what it is. Its
         * principal is a random id of its own.
         *
         * @param role full name of the role that it acts in; empty when it is as good as its source
         * @param roleId id of that role, so that another one of its name is not meant; empty
         *     without a role
         * @param source access key that asked for it; empty when a token of an issuer did
         * @param target full name of the outbound target that is that issuer; empty without one
         * @param subject id of the key of the person behind it, on which its records hang
         * @param name what whoever asked for it calls it; may name a person, decides nothing
         * @param expires its end
         * @param policy SHA-256 of the policy that narrows it, 64 hexadecimal digits; empty for
         *     none
         * @param grant the table whose files are all that it is for; {@link Grant#NONE} for others
         */
        record Session(
                String role,
                String roleId,
                String source,
                String target,
                String subject,
                String name,
                Instant expires,
                String policy,
                Grant grant)
                implements By {
            /** One that is for no table's files. */
            public Session(
                    String role,
                    String roleId,
                    String source,
                    String target,
                    String subject,
                    String name,
                    Instant expires,
                    String policy) {
                this(role, roleId, source, target, subject, name, expires, policy, Grant.NONE);
            }
        }

        /**
         * The files of one table.
         *
         * @param place its bucket and its id, with a slash between; empty for none
         */
        record Grant(String place, Mode mode) {
            /** No table's. */
            public static final Grant NONE = new Grant("", Mode.READ);

            /** What may be done with them. */
            public enum Mode {
                READ,
                WRITE
            }

            /** Whether it is for a table at all. */
            public boolean isFor() {
                return !place.isEmpty();
            }
        }
    }

    /** Nobody known: no credential was shown. */
    record Anonymous() implements Caller {}

    /**
     * A part of the program that works on its own: compaction, scrub, expiry.
     *
     * @param name the system principal, for example {@code system:upkeep}
     * @param purpose the built-in purpose it acts under
     */
    record Program(String name, String purpose) implements Caller {}
}
