package org.domicile.moving;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.domicile.s3client.RemoteFailure;

/** What listings cannot tell of ETags, asked for one by one where it matters. */
final class Doubts {
    private Doubts() {}

    /** A look at one version. */
    interface Look {
        /** Whether its ETag is computed of something else than its bytes. */
        boolean opaque(int at) throws RemoteFailure;
    }

    /**
     * The same, with ETags that are found to be opaque.
     *
     * @param doubtful whether one of {@code seen} and one of {@code others} have to be looked at
     */
    static List<Seen> cleared(
            List<Seen> seen, List<Seen> others, BiPredicate<Seen, Seen> doubtful, Look look)
            throws RemoteFailure {
        List<Seen> cleared = new ArrayList<>(seen.size());
        for (int i = 0; i < seen.size(); i++) {
            Seen each = seen.get(i);
            boolean doubt = others.stream().anyMatch(other -> doubtful.test(each, other));
            cleared.add(doubt && look.opaque(i) ? each.opaque() : each);
        }
        return cleared;
    }
}
