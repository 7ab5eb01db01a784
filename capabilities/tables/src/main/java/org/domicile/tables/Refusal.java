package org.domicile.tables;

import org.domicile.request.Outcome;

/** It cannot be done as it was asked; nothing changed. The message is a sentence for people. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Kind {
        /** There is no such namespace. */
        NO_SUCH_NAMESPACE(Outcome.ABSENT),
        /** There is no such table. */
        NO_SUCH_TABLE(Outcome.ABSENT),
        /** There is no such view. */
        NO_SUCH_VIEW(Outcome.ABSENT),
        /** There is no such plan, or no more. */
        NO_SUCH_PLAN(Outcome.ABSENT),
        /** There is no such task of a plan, or no more. */
        NO_SUCH_TASK(Outcome.ABSENT),
        /** The name is taken. */
        ALREADY_EXISTS(Outcome.CONFLICT),
        /** Something lies in it. */
        NOT_EMPTY(Outcome.CONFLICT),
        /** What the client asserts does not hold. */
        COMMIT_FAILED(Outcome.CONFLICT),
        /** There is no room for it. */
        OVER_QUOTA(Outcome.CONFLICT),
        /** The key was used for something else. */
        KEY_REUSED(Outcome.CONFLICT),
        /** It is no document of its kind, or what it says is not allowed. */
        INVALID(Outcome.INVALID),
        /** What is to be signed is for something else. */
        NOT_OF_TABLE(Outcome.INVALID),
        /** It contradicts itself. */
        UNPROCESSABLE(Outcome.INVALID),
        /** It is too large. */
        TOO_LARGE(Outcome.INVALID),
        /** Nobody does this here. */
        UNSUPPORTED(Outcome.INVALID),
        /** A file that the metadata names is not there, or is none of its kind. */
        UNREADABLE(Outcome.INVALID);

        private final Outcome outcome;

        Kind(Outcome outcome) {
            this.outcome = outcome;
        }

        /** As it goes on record. */
        public Outcome outcome() {
            return outcome;
        }
    }

    private final Kind kind;

    /** With a sentence. */
    public Refusal(Kind kind, String sentence) {
        super(sentence, null, false, false);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }

    /** What it says to people. */
    public String sentence() {
        return String.valueOf(getMessage());
    }

    static Refusal noNamespace(NamespaceName name) {
        return new Refusal(Kind.NO_SUCH_NAMESPACE, "Namespace does not exist: " + name.text());
    }

    static Refusal absent(org.domicile.tables.Kind kind, TableName name) {
        return new Refusal(
                kind == org.domicile.tables.Kind.TABLE ? Kind.NO_SUCH_TABLE : Kind.NO_SUCH_VIEW,
                kind.word() + " does not exist: " + name.text());
    }

    /**
     * @param kind of who has the name @param wanted of who is to have it
     */
    static Refusal taken(
            org.domicile.tables.Kind kind, org.domicile.tables.Kind wanted, TableName name) {
        return new Refusal(
                Kind.ALREADY_EXISTS,
                kind.word()
                        + (kind == wanted ? "" : " with same name")
                        + " already exists: "
                        + name.text());
    }
}
