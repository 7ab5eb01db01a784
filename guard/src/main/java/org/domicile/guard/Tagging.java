package org.domicile.guard;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.domicile.policy.Access;
import org.domicile.policy.Resource;
import org.domicile.policy.Sharing;

/** Who may give what is written its tags, by which policies may judge and rules may end it. */
final class Tagging {
    private static final String TAG = "s3:PutObjectTagging";
    private static final String PUT = "s3:PutObject";
    private static final Set<String> UNGRANTED = Set.of("other-organisation", "no-caller");

    private Tagging() {}

    /**
     * Whoever brings tags along with what it writes needs the action that tags (Amazon S3 API
     * Reference, PutObject, "Permissions"). It is no use of its own: a refusal alone goes on
     * record.
     */
    static void check(Uses uses, Map<String, String> tags, Resource.Data resource, String object) {
        if (!tags.isEmpty() && !writesByList(uses, resource)) {
            uses.check(TAG, resource, object);
        }
    }

    /** ACLs know no action for tags: where one lets somebody write, tags come along. */
    private static boolean writesByList(Uses uses, Resource.Data resource) {
        // Nothing else may forbid it than that nothing lets somebody from elsewhere do it.
        List<String> forbidding = uses.forbidding(TAG, resource);
        if (forbidding.size() != 1 || !UNGRANTED.contains(forbidding.getFirst())) {
            return false;
        }
        Access access = resource.access();
        Sharing lists =
                Sharing.of(
                        access.sharing().ownership(),
                        access.sharing().acl(),
                        access.sharing().publicAccess());
        return uses.allows(
                PUT,
                resource.shared(
                        new Access(
                                lists,
                                access.facts(),
                                access.acl(),
                                access.tags(),
                                access.publicPurpose())));
    }
}
