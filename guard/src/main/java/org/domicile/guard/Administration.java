package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.domicile.ledger.Ledger;
import org.domicile.objects.Bucket;
import org.domicile.policy.Credential;
import org.domicile.policy.Label;
import org.domicile.policy.Marks;
import org.domicile.policy.NamedKey;
import org.domicile.policy.Organisation;
import org.domicile.policy.Policy;
import org.domicile.policy.PolicyText;
import org.domicile.policy.Principal;
import org.domicile.policy.Purpose;
import org.domicile.policy.Register;
import org.domicile.policy.Role;
import org.domicile.policy.Target;
import org.domicile.policy.Zone;

/**
 * The register and the ledger under one request, for the admin door. Each method is one use under
 * the built-in purpose {@code administration}, recorded in the use log of the organisation
 * concerned, or the installation's. May throw {@link Refused}; what cannot be done is {@link
 * Impossible} with a sentence.
 */
public interface Administration {
    /** The last use as {@code organisation/node/number}; empty when there is none. */
    String use();

    /** What concerns people as such, under the same request. */
    GuardedPeople people();

    /** What is stored, under the same request. */
    GuardedHoldings holdings();

    /** Makes a tenant. @param zone its default zone */
    Organisation createOrganisation(String name, String zone);

    /** Makes a zone. @param parent the zone it lies in */
    Zone createZone(String name, Optional<String> parent);

    /** Registers a purpose; it is public from then on. */
    Purpose createPurpose(Purpose purpose);

    /** Gives a purpose another form; it is in force at once. Name, kind and parent stay. */
    Purpose changePurpose(Purpose purpose);

    /** Ends a purpose: no use under it is allowed from now on. */
    void withdrawPurpose(String purpose);

    /** Makes a principal. */
    Principal createPrincipal(String organisation, String name);

    /** Makes a credential; the secret is shown here only. */
    Issued createCredential(
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires);

    /** Makes a credential of a pair that its clients have already. */
    Credential keepCredential(
            KeyPair pair,
            String principal,
            String purpose,
            List<String> actions,
            List<String> buckets,
            Instant expires);

    /** Ends a credential. */
    void withdrawCredential(String accessKey);

    /** The same, which ends the old one at once. */
    default Issued rotateCredential(String accessKey) {
        return rotateCredential(accessKey, Duration.ZERO);
    }

    /**
     * Makes a credential like another, which ends: one change, so that there is never none of them
     * and never a third. A sealed one needs two persons again.
     *
     * @param grace for how long the old one stays valid, if it does not end before; at most 90 days
     */
    Issued rotateCredential(String accessKey, Duration grace);

    /** Says when answers to a credential bring receipts. */
    void giveReceipts(String accessKey, Receipts when);

    /** When answers to a credential bring receipts. */
    Receipts receipts(String accessKey);

    /**
     * Makes a role.
     *
     * @param wanted its id and when it was created are made here
     */
    Role createRole(Role wanted);

    /** Takes a role away: whatever acts in it ends within a second. */
    void removeRole(String role);

    /** A role with its permissions. @param role full name */
    Role role(String role);

    /**
     * Registers somewhere outside that the program may reach.
     *
     * @param wanted when it was created is made here
     */
    Target createTarget(Target wanted);

    /**
     * Makes a secret for an outbound target, in the place of its last one: what is sent to it is
     * signed with it, and only who has one is sent anything. It cannot be shown again.
     *
     * @param target full name
     * @return as Standard Webhooks writes secrets: {@code whsec_} and base64 of 32 random bytes
     */
    String makeTargetSecret(String target);

    /** Takes an outbound target away; one that a role trusts cannot be. */
    void removeTarget(String target);

    /** Makes a bucket for an organisation. @param zones empty for the organisation's default */
    Bucket createBucket(String organisation, String name, List<String> zones);

    /** Gives an organisation a named key. @param name {@code default} for where none is named */
    NamedKey createKey(String organisation, String name);

    /**
     * Destroys a named key in every place of the key store: nobody can read what is sealed under it
     * any more. Impossible while a retention or a legal hold keeps an object under it.
     */
    NamedKey destroyKey(String organisation, String name);

    /**
     * Says of a bucket, or of all that lies below a prefix of it, what the data are and whom they
     * are for; takes the place of what was said of the same place.
     *
     * @param marks purposes by their full name or their name in the bucket's organisation, or kinds
     */
    Label label(String bucket, String prefix, Marks marks);

    /** Takes a label away; what was derived from the data keeps its marks. */
    Label removeLabel(String bucket, String prefix);

    /** What is known of the data of a name, whether there is an object or not. */
    Labelled labelled(String bucket, String name);

    /** Buckets of an organisation; one that is not there is impossible. */
    List<Bucket> buckets(String organisation);

    /** Puts a new version of a policy set of an organisation; it decides when this returns. */
    PolicyText putPolicy(String organisation, String name, String text);

    /** Takes a policy set out of force; its versions are kept for explaining what it decided. */
    PolicyText removePolicy(String organisation, String name);

    /**
     * A version of a policy set.
     *
     * @param version 0 for the one in force
     */
    PolicyText policy(String organisation, String name, int version);

    /**
     * Why a use was allowed or refused.
     *
     * @param use as {@code organisation/node/number}, or a log's name, {@code #} and an index
     */
    Explained explain(String use);

    /** The register as it is. */
    Register register();

    /** Uses of an organisation, or of the installation, newest first. */
    List<Ledger.Recorded> uses(String organisation, Ledger.Filter filter);

    /**
     * Those that concern the person whom an organisation knows under an identifier; sealed ones are
     * passed over. The look concerns that person, too.
     */
    List<Ledger.Recorded> uses(String organisation, String identifier, Ledger.Filter filter);

    /**
     * Says for how many days uses are kept; the public log says so too.
     *
     * @param organisation whose; empty for all that have no period of their own
     * @param days 1 to 36,500
     */
    void retain(String organisation, int days);

    /**
     * For how many days uses are kept, by organisation; the first, without a name, is for others.
     */
    SequencedMap<String, Integer> retention();

    /**
     * Says for how many days from the day on uses may be sealed at most; the public log says so
     * too. What is sealed already stays so.
     *
     * @param days 0, for not at all, to 3,650
     */
    void limitSealing(int days);

    /** For how many days uses may be sealed at most. */
    int sealedMax();

    /**
     * Records an act that touches no guarded data: reading the program's state, ending it, reading
     * a log's public facts.
     *
     * @param action for example {@code admin:Stop}
     * @param object what it concerns; empty for the program itself
     */
    void operate(String action, String object);

    /**
     * Records that the door itself refused the operator (a malformed request, an unknown path).
     * Counted when it repeats.
     *
     * @param object what it concerns; empty for the program itself
     */
    void refuse(String action, String object, String reason);

    /** When the answers to a credential bring receipts. */
    enum Receipts {
        /** Each does that does not say it wants none. */
        ALWAYS,
        /** Those do that ask for one. */
        WHEN_ASKED
    }

    /**
     * @param use on record @param explanation of its decision
     */
    record Explained(Ledger.Decided use, Policy.Explanation explanation) {}

    /**
     * @param credential public part @param secret 40 characters, never shown again
     */
    record Issued(Credential credential, String secret) {}

    /**
     * @param labels on the way to the name @param carried what the newest version was stored with
     */
    record Labelled(List<Label> labels, Marks carried) {}

    /** It cannot be done; the message is a sentence for people. */
    final class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** With the sentence. */
        public Impossible(String sentence) {
            super(sentence, null, false, false);
        }
    }
}
