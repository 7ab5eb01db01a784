package org.domicile.guard;

/** Reason codes as sentences for people that say what to do next. */
final class Sentences {
    /** Reason of the guard's own: policy allows the writing, but not with what the data bring. */
    static final String LABEL_NOT_KEPT = "label-not-kept";

    /** Reason of the guard's own: the bucket is not of the organisation that the caller expects. */
    static final String OTHER_OWNER = "other-owner";

    /** Reason of the guard's own: an entry holds a commitment for each person, and has an end. */
    static final String TOO_MANY_PEOPLE = "too-many-people";

    /** Reason of the guard's own: nobody keeps sealed uses in another organisation's log. */
    static final String SEALED_ELSEWHERE = "sealed-elsewhere";

    /**
     * Reason of the guard's own: another organisation began the upload, and will own the object.
     */
    static final String OTHER_INITIATOR = "other-initiator";

    /** Reason of the guard's own: what a table keeps from the purpose would go with its files. */
    static final String TABLE_RULES = "table-rules";

    /** Reason of the guard's own: rows that the purpose does not see would be written anew. */
    static final String TABLE_RULES_REWRITE = "table-rules-rewrite";

    /** Reason of the guard's own: a group or a transaction of this name is another's. */
    static final String NAME_TAKEN = "name-taken";

    /** Reason of the guard's own: records about people would lie in clear on a disk. */
    static final String CLEAR_VOLUME = "clear-volume";

    /** Of a name that is not there, to who may not list the bucket. */
    static final String ABSENT_UNTOLD =
            "It is not there, or you may not know that it is: that needs s3:ListBucket.";

    private Sentences() {}

    static String of(String reason, String action, String purpose) {
        return switch (reason) {
            case "no-caller" -> "Sign the request: this is not shared with everybody.";
            case "credential-withdrawn" ->
                    "This credential was withdrawn. Ask your operator for a new one.";
            case NAME_TAKEN -> "Take another name for the group or the transaction.";
            case CLEAR_VOLUME ->
                    "The stream is labelled as being about people, and its records would lie"
                            + " unencrypted on the disk: put the data folder on an encrypted"
                            + " volume (docs/operate/streams.md).";
            case "credential-expired" ->
                    "This credential has expired. Ask your operator for a new one.";
            case String none when none.equals("no-purpose") && purpose.isEmpty() ->
                    "This is shared with everybody, but the organisation whose it is has named no"
                        + " purpose for callers without a signature. Its operator does that with"
                        + " s3.public.purposes.";
            case "no-purpose" ->
                    "This credential's purpose is not registered. Ask your operator to register"
                            + " it.";
            case "purpose-expired" ->
                    "The purpose "
                            + purpose
                            + " has expired. Register a new one and issue a credential for it.";
            case "purpose-withdrawn" -> "The purpose " + purpose + " was withdrawn.";
            // Whose it is stands in the record; the caller is not told.
            case "other-organisation" -> "You have no access to this.";
            case "zone-mismatch" ->
                    "The data would leave their zones: where they lie, or where you are, is not"
                            + " inside both a zone of the bucket and a zone of the purpose "
                            + purpose
                            + ".";
            case "purpose-prohibited" ->
                    "A label of these data, or of data that they were made from, prohibits the"
                            + " purpose "
                            + purpose
                            + ".";
            case "purpose-not-allowed" ->
                    "A label of these data, or of data that they were made from, allows other"
                            + " purposes only, not "
                            + purpose
                            + ".";
            case "class-not-in-purpose" ->
                    "These data are of a class that the purpose " + purpose + " does not list.";
            case "action-not-in-purpose" ->
                    "The purpose " + purpose + " does not list the action " + action + ".";
            case LABEL_NOT_KEPT ->
                    "The data may not go there: a label of the target allows what a label of the"
                            + " source prohibits, or they would bring more along than can be kept.";
            case TOO_MANY_PEOPLE ->
                    "One use of these data would concern more than "
                            + Uses.MOST_PEOPLE
                            + " people, whom one record cannot all name: ask for less at a time.";
            case OTHER_OWNER -> "The bucket's owner is not the one you expect.";
            case OTHER_INITIATOR ->
                    "Another organisation began this upload and will own the object: only it may"
                            + " add parts and complete it.";
            case SEALED_ELSEWHERE ->
                    "The uses of this credential are sealed, so it acts on the data of its own"
                            + " organisation alone, even where others share theirs.";
            case TABLE_RULES ->
                    "Rules of this table keep rows or columns from the purpose "
                            + purpose
                            + ", so its files, its statistics and credentials for them are not"
                            + " given out. Read it with SQL, which applies the rules.";
            case TABLE_RULES_REWRITE ->
                    "Rules of this table keep rows or columns from the purpose "
                            + purpose
                            + ", and this would change or remove what it does not see. Rows can be"
                            + " inserted; for the rest, use a purpose that sees all of it.";
            case "reserved-for-tables" ->
                    "This bucket is reserved for files of tables: they are reached through the"
                        + " catalog of tables, with the credential that it gives for one table.";
            case "session-of-a-table" ->
                    "This session is for the files of one table and nothing else.";
            case "bucket-policy" -> "The bucket's policy forbids it.";
            case "action-not-listed" -> "This credential does not list the action " + action + ".";
            case "bucket-not-listed" -> "This credential does not list this bucket.";
            case "role-not-trusted" ->
                    "There is no such role for you: it does not exist, or does not trust you.";
            case "session-not-allowed" ->
                    "A temporary credential cannot ask for another one. Sign with your own"
                            + " credential.";
            case "role-not-permitted" -> "This session's role does not permit " + action + " here.";
            case "session-not-permitted" ->
                    "This session's own policy does not permit " + action + " here.";
            case "policy-error" ->
                    "A policy of your organisation, or of the one whose data it is, could not be"
                            + " evaluated, so nothing is let through. Ask your operator; 'policy"
                            + " explain' shows which and why.";
            case String own when own.indexOf('/') > 0 ->
                    "The policy "
                            + own
                            + " of your organisation, or of the one whose data it is, forbids it.";
            default -> "Access denied (" + reason + ").";
        };
    }

    static String noOrganisation(String name) {
        return "there is no organisation " + name + "; 'organisation list' shows them";
    }
}
