package org.domicile.policy;

import org.domicile.request.Request;

/** See the package's page. Safe for concurrent use. */
public interface Policy extends AutoCloseable {
    /**
     * Decides. Pure: a function of the request, the action, the resource and {@link #register};
     * never throws.
     */
    Decision decide(Request request, String action, Resource resource);

    /** The present state. */
    Register register();

    /** Makes a change; carries the request's record. The change is in force when this returns. */
    Applied change(Request request, Change change);

    /**
     * The secret of a credential, for verifying signatures. @return empty array when there is no
     * such credential
     */
    byte[] secret(String accessKey);

    @Override
    void close();

    /** What became of a change. */
    sealed interface Applied {
        /** It is in force. */
        record Done() implements Applied {}

        /** It cannot be: what and why, in a sentence. */
        record Refused(String sentence) implements Applied {}
    }
}
