package org.domicile.people;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keys.KeyId;
import org.domicile.keys.Vault;
import org.domicile.keyspace.Keyspace;
import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface People {
    /** Reads the rules. */
    static People open(Keyspace keyspace, Vault vault) {
        return new StoredPeople(keyspace, vault);
    }

    /** All rules, by place. */
    List<Rule> rules();

    /** Why a rule cannot be made, as a sentence; empty when it can. */
    String objection(Rule rule);

    /**
     * Makes a rule, in a commit that carries the request's record; in force when this returns.
     *
     * @return why not, as a sentence; empty when it is made
     */
    String create(Request request, Rule rule);

    /** Ends a rule, likewise. @return false when there was none of this id */
    boolean remove(Request request, String id);

    /**
     * The identifiers that the rules of an organisation find in the name of something in a bucket;
     * usually none or one. Each has at most 1,024 bytes.
     */
    List<String> identifiers(String organisation, String bucket, String name);

    /** Whether a rule of an organisation looks for people in the tags of something in a bucket. */
    boolean readsTags(String organisation, String bucket, String name);

    /**
     * The identifiers that the rules of an organisation find in the tags of something in a bucket:
     * at most one for each rule of the bucket, each of at most 1,024 bytes.
     */
    List<String> identifiers(
            String organisation, String bucket, String name, Map<String, String> tags);

    /**
     * Keeps a code by its digest, in a commit that carries the request's record. Codes that have
     * expired go.
     *
     * @return false when there are too many living ones
     */
    boolean keep(Request request, byte[] digest, Code code, Instant now);

    /** Whom a code is for, by its digest; empty when there is none, or it has expired. */
    Optional<Code> code(byte[] digest, Instant now);

    /** Spends a code: true for one caller only. */
    boolean spend(byte[] digest);

    /** Notes the keys that are about to die, in a commit that carries the request's record. */
    void intend(Request request, List<KeyId> keys);

    /** The keys whose death was begun and not completed. */
    List<KeyId> intended();

    /** They are dead. */
    void completed(List<KeyId> keys);
}
