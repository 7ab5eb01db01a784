package org.domicile.guard;

import java.util.Map;
import java.util.Optional;
import org.domicile.policy.Access;
import org.domicile.policy.Resource;
import org.domicile.policy.Sharing;

/** Who may give what is written its tags, by which policies may judge and rules may end it. */
final class Tags {
    private static final String TAG = "s3:PutObjectTagging";
    private static final String PUT = "s3:PutObject";

    private Tags() {}

    /**
     * Whoever brings tags along with what it writes needs the action that tags (Amazon S3 API
     * Reference, PutObject, "Permissions"). It is no use of its own: a refusal alone goes on record.
     */
    static void check(
            Uses uses, Map<String, String> tags, Resource.Data resource, String object) {
        if (!tags.isEmpty() && !writesByList(uses, resource)) {
            uses.check(TAG, resource, object);
        }
    }

    /** ACLs know no action for tags: where one lets somebody write, tags come along. */
    private static boolean writesByList(Uses uses, Resource.Data resource) {
        Optional<String> objection = uses.objection(TAG, resource);
        if (objection.filter(Tags::isUngranted).isEmpty()) {
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

    /** Nothing forbids it; it is that nothing lets somebody from elsewhere do it. */
    private static boolean isUngranted(String reason) {
        return reason.equals("other-organisation") || reason.equals("no-caller");
    }
}
