package org.domicile.guard;

/**
 * What is kept of the second key of a body, beside the body's own header; sealed with what holds
 * it. It lets a reader be told before anything is opened that a key is missing or another one.
 *
 * @param shown what answers say
 * @param proof of a named key its id in the key store, 32 hexadecimal digits; of a customer's key
 *     16 random bytes and the 16-byte token of the key for them, in hexadecimal digits; else empty
 */
record SealedUnder(Encrypted shown, String proof) {
    static final SealedUnder OWN = new SealedUnder(Encrypted.OWN, "");
}
