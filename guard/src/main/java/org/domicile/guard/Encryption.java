package org.domicile.guard;

/** What a write says of the keys that its body is to be sealed under. */
public sealed interface Encryption {
    /** Nothing: the bucket's default holds, and where there is none, its own key. */
    Encryption UNSAID = new Unsaid();

    /** See {@link #UNSAID}. */
    record Unsaid() implements Encryption {}

    /** The bucket's own key alone, which seals everything anyway. */
    record Own() implements Encryption {}

    /**
     * A named key of the bucket's organisation, too. @param name empty for the bucket's default
     * one, or else the organisation's, which is called {@code default}
     */
    record Named(String name) implements Encryption {}

    /**
     * A key that the customer keeps, too; it is needed for each read and stored nowhere. @param key
     * who made it closes it
     */
    record Customer(CustomerKey key) implements Encryption {}

    /**
     * What means nothing. It is refused where it would be used: policy is asked first, which may
     * forbid all but some words.
     *
     * @param code of the error @param sentence for people
     */
    record Wrong(String code, String sentence) implements Encryption {
        Upstream.Invalid refusal() {
            return new Upstream.Invalid(code, sentence);
        }
    }
}
