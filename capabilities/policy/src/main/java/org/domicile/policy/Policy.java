package org.domicile.policy;

import java.time.InstantSource;
import org.domicile.keys.Subjects;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Policy {
    /** The organisation of the program itself and of its operators. */
    String INSTALLATION = "installation";

    /** Built-in purpose of everything that operators do; it does not expire. */
    String ADMINISTRATION = "installation/administration";

    /** Built-in purpose of the program's own upkeep; it does not expire. */
    String UPKEEP = "installation/upkeep";

    /** Reads the register from the keyspace. */
    static Policy open(Keyspace keyspace, Vault vault, Subjects subjects, InstantSource clock) {
        return new StoredPolicy(keyspace, vault, subjects, clock);
    }

    /**
     * Decides. A function of the request, the action, the resource and {@link #register} alone;
     * never throws.
     */
    Decision decide(Request request, String action, Resource resource);

    /** The present state. */
    Register register();

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

    /**
     * The secret of a credential, for deriving signing keys; an empty array when there is no such
     * credential.
     */
    byte[] secret(String accessKey);

    /** What became of a change. */
    sealed interface Applied {
        /** It is in force. */
        record Done() implements Applied {}

        /** It cannot be: what and why, in a sentence. */
        record Refused(String sentence) implements Applied {}
    }
}
