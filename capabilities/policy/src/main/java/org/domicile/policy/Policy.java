package org.domicile.policy;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Caller;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Policy {
    /** The organisation of the program itself and of its operators. */
    String INSTALLATION = "installation";

    /** Built-in purpose of everything that operators do; it does not expire. */
    String ADMINISTRATION = "installation/administration";

    /** Built-in purpose of the program's own upkeep; it does not expire. */
    String UPKEEP = "installation/upkeep";

    /** Built-in purpose of ending what buckets' own rules end; it does not expire. */
    String LIFECYCLE = "installation/lifecycle";

    /** Reads the register from the keyspace. */
    static Policy open(Keyspace keyspace, Vault vault, Subjects subjects, InstantSource clock) {
        return new StoredPolicy(keyspace, vault, subjects, clock);
    }

    /**
     * Decides. A function of the request, the action, the resource and {@link #register} alone;
     * never throws.
     */
    Decision decide(Request request, String action, Resource resource);

    /** Digest of the set that judges a caller's requests, for records of what nobody judged. */
    String standing(Caller caller);

    /** The present state. */
    Register register();

    /**
     * A version of a policy set, also one that is no more in force. Its text is an organisation's
     * own: whoever asks is recorded.
     */
    Optional<PolicyText> policy(String organisation, String name, int version);

    /**
     * Keeps the document of a bucket's policy, so that what it decides can be explained by its
     * digest. Comes before it decides anything; does nothing when it is kept.
     */
    void keep(BucketPolicy document);

    /** A bucket's policy by its digest, also one that is no more in force. */
    Optional<String> bucketPolicy(String digest);

    /** Decides once more what is on record, from what the record names and holds. */
    Explanation explain(UseOnRecord use);

    /**
     * What a record names by digest of what its decision read: the policies that decided, those of
     * the organisation whose data somebody from outside came to, the register, the permissions of a
     * session's role and its own policy, and the bucket's. What is not kept is left out: whoever
     * decides once more says that it is missing.
     *
     * @param policies digest of the deciding set
     * @param read as in {@link Decision#read}
     * @param had digests of what is had already, and not asked for again
     */
    List<Evidence> evidence(String policies, String read, Set<String> had);

    /**
     * Decides uses once more from evidence alone, as {@link #explain} does from what is kept: what
     * is not there, or is not what its digest names, is unexplained.
     */
    static Function<UseOnRecord, Explanation> explaining(Collection<? extends Evidence> evidence) {
        return new Explaining(new Disclosed(evidence))::explain;
    }

    /**
     * What is wrong with a text of policies, errors first; needs no state, so that people can ask
     * before they put it.
     */
    static List<Problem> check(String text) {
        return PolicyCheck.of(text);
    }

    /** The schema of all policies, in Cedar's own syntax. */
    static String schema() {
        return ProgramPolicies.SCHEMA_TEXT;
    }

    /** The policies that come with the program. */
    static String program() {
        return ProgramPolicies.TEXT;
    }

    /** Digest of the set that the program's policies make alone. */
    static String programDigest() {
        return ProgramPolicies.SET.digest();
    }

    /**
     * The actions that policies can name, groups included. A door's operation that is not here can
     * be used and not be named: the tests of each door see to it that there is none.
     */
    static Set<String> actions() {
        return ProgramPolicies.actions();
    }

    /**
     * Why a change would be refused, as a sentence; empty when it would be made. Lets the guard ask
     * before it records.
     */
    String objection(Change change);

    /**
     * Makes a change; carries the request's record whatever becomes of it. In force when this
     * returns.
     */
    Applied change(Request request, Change change);

    /** Whether answers to a credential bring receipts without being asked. */
    boolean wantsReceipts(String accessKey);

    /**
     * The text of a role's permissions, or of a policy that a session was issued with; empty when
     * none of that digest is kept. It is an organisation's own: whoever asks is recorded.
     */
    Optional<String> document(String digest);

    /**
     * Commits the record of a session's issue, and with it the policy that narrows the session, so
     * that a decision under it can be made, after a restart too, and be made again.
     *
     * @param narrowing without a {@linkplain SessionPolicy#fault fault}
     */
    void issue(Request request, SessionPolicy narrowing);

    /**
     * The secret of a credential, for deriving signing keys; an empty array when there is no such
     * credential.
     */
    byte[] secret(String accessKey);

    /**
     * The secret of an outbound target, with which what is sent to it is signed; an empty array
     * when it has none. Another target of the name, made anew, has another.
     *
     * @param target full name
     */
    byte[] targetSecret(String target);

    /**
     * Something in a text of policies.
     *
     * @param line from 1; 0 when it concerns the whole text
     * @param column from 1; 0 when it concerns the whole text
     */
    record Problem(int line, int column, String message, Weight weight) {
        /** Whether the text is refused for it. */
        public enum Weight {
            /** It is. */
            ERROR,
            /** It is allowed, and probably not meant. */
            WARNING
        }

        @Override
        public String toString() {
            return line == 0 ? message : "line " + line + ", column " + column + ": " + message;
        }
    }

    /** A decision made once more, or why it cannot be. */
    sealed interface Explanation {
        /**
         * Everything that an engine of Cedar needs to make the decision, and what it was. Names,
         * context and entities are in Cedar's JSON.
         *
         * @param set digest of the policies and the schema
         * @param register digest of the register that entities were made of
         * @param policies each by id
         * @param reasons the policies that determined it
         * @param errors the policies that erred, and how
         * @param shares what was asked before, about a bucket that is shared: its policy and its
         *     ACLs; what they say is {@code granted} and {@code denied} in the context
         * @param bounds what was asked beyond that, if all this lets it through, in this order: the
         *     policies of those whose data somebody from outside comes to, and what a session stays
         *     within; each must allow, too
         * @param decided what it says now: the same as the record, or something is wrong
         */
        record Explained(
                String set,
                String register,
                String principal,
                String action,
                String resource,
                String context,
                String entities,
                String schema,
                Map<String, String> policies,
                Answer answer,
                List<String> reasons,
                Map<String, String> errors,
                List<Share> shares,
                List<Within> bounds,
                Decision decided)
                implements Explanation {}

        /**
         * Policies that have to allow too, and what they were asked, in the same forms.
         *
         * @param name {@code owner}, the organisation whose data it is, {@code role} or {@code
         *     session}
         * @param asked false when the document has no words for the request, which it then denies;
         *     names and entities are empty
         */
        record Within(
                String name,
                boolean asked,
                String principal,
                String action,
                String resource,
                String context,
                String entities,
                String schema,
                Map<String, String> policies,
                Answer answer,
                List<String> reasons,
                Map<String, String> errors) {}

        /**
         * A document with which a bucket is shared, and what it was asked. The context has {@code
         * denied} where the bucket's policy forbids, or errs; it has {@code granted} where it has
         * not, and one of these whose permission counts permits.
         *
         * @param asked its name is {@code bucket-policy}, {@code bucket-acl} or {@code object-acl}
         * @param counts whether it can grant: not while the bucket is kept from the public and its
         *     policy is public, nor what others own
         */
        record Share(Within asked, boolean counts) {}

        /** It cannot be made again: what is missing, in a sentence. */
        record Unexplained(String sentence) implements Explanation {}

        /** Cedar's answer; the guard also refuses what is allowed with errors. */
        enum Answer {
            /** Something permits it, nothing forbids it. */
            ALLOW,
            /** Something forbids it, or nothing permits it. */
            DENY
        }
    }

    /** What became of a change. */
    sealed interface Applied {
        /** It is in force. */
        record Done() implements Applied {}

        /** It cannot be: what and why, in a sentence. */
        record Refused(String sentence) implements Applied {}
    }
}
