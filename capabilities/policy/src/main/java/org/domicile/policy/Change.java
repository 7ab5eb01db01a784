package org.domicile.policy;

import java.time.Instant;

/**
 * A change of the register. Ids and keys are made by the guard beforehand, so that the record can
 * name them.
 */
public sealed interface Change {
    /** A new tenant. */
    record NewOrganisation(Organisation organisation) implements Change {}

    /** A new zone. */
    record NewZone(Zone zone) implements Change {}

    /** A new purpose. */
    record NewPurpose(Purpose purpose) implements Change {}

    /** Another form of a purpose that is there; its name, kind and parent stay. */
    record ChangePurpose(Purpose purpose) implements Change {}

    /** Ends a purpose. */
    record WithdrawPurpose(String purpose) implements Change {}

    /** Says of data what they are; takes the place of a label that is there. */
    record SetLabel(Label label) implements Change {}

    /** Takes a label away. What was derived from the data keeps its marks. */
    record RemoveLabel(Label label) implements Change {}

    /**
     * Says which classes of data a column of a table holds, or, with none, no more.
     *
     * @param table its id
     */
    record SetColumnRule(String organisation, String table, TableRules.OfColumn rule)
            implements Change {}

    /** Says which rows of a table purposes see, or, without a condition, no more. */
    record SetRowRule(String organisation, String table, TableRules.OfRows rule)
            implements Change {}

    /** A new principal. */
    record NewPrincipal(Principal principal) implements Change {}

    /** Forgets who a principal was; its credentials have ended before. */
    record ErasePrincipal(String id) implements Change {}

    /** A new credential with its secret. */
    record NewCredential(Credential credential, byte[] secret) implements Change {}

    /** A sealed credential that somebody asks for. */
    record AskCredential(Credential credential) implements Change {}

    /**
     * The second person's word, with which it can be used.
     *
     * @param approver id of the principal
     */
    record ApproveCredential(String accessKey, String approver, byte[] secret) implements Change {}

    /** For how many days uses may be sealed at most. */
    record SetSealedMax(int days) implements Change {}

    /**
     * A new credential in the place of another, whose receipts it keeps.
     *
     * @param accessKey of the one that ends
     * @param until when that one ends, if it would not before; not after the new one's beginning
     *     for at once
     */
    record RotateCredential(String accessKey, Credential next, byte[] secret, Instant until)
            implements Change {}

    /** Ends a credential. */
    record WithdrawCredential(String accessKey) implements Change {}

    /** A new named key, also in the place of one that was destroyed. */
    record NewKey(NamedKey key) implements Change {}

    /** Says that a named key is destroyed. @param key its full name */
    record EndKey(String key) implements Change {}

    /** Says whether answers to a credential bring receipts without being asked. */
    record SetReceipts(String accessKey, boolean wanted) implements Change {}

    /** A new version of a policy set, or its removal. */
    record PutPolicy(PolicyText policy) implements Change {}

    /** A new role, also in the place of one that was taken away. */
    record NewRole(Role role) implements Change {}

    /** Takes a role away, and with it all that acts in it. */
    record RemoveRole(String role) implements Change {}

    /** A new outbound target, also in the place of one that was taken away. */
    record NewTarget(Target target) implements Change {}

    /** Takes an outbound target away. */
    record RemoveTarget(String target) implements Change {}

    /** A new secret of an outbound target, in the place of its last one. @param target full name */
    record SetTargetSecret(String target, byte[] secret) implements Change {}
}
