package org.domicile.guard;

import org.domicile.request.Request;

/**
 * See the package's page. Safe for concurrent use; the views are for one request and its thread.
 */
public interface Guard {
    /** How doors find out who calls. */
    Identity identity();

    /** Objects under a request. */
    GuardedObjects objects(Request request);

    /** Administration under a request. */
    Administration administration(Request request);

    /**
     * Counts a request that no known caller made and no guarded call handled (a stranger's bad
     * signature).
     */
    void stranger(String action, String reason);
}
