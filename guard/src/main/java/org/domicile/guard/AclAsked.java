package org.domicile.guard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.domicile.policy.Acl;
import org.domicile.policy.Acl.Grant;
import org.domicile.policy.Acl.Grantee;
import org.domicile.policy.Acl.Permission;

/** An ACL as a request asks for it, before it is known who owns what. */
public sealed interface AclAsked {
    /** None: the owner's alone. */
    record Nothing() implements AclAsked {}

    /** One of the canned ones. */
    record Canned(Word word) implements AclAsked {}

    /** These grants, the owner's own not added. */
    record Granted(List<Grant> grants) implements AclAsked {}

    /** A whole document. @param owner whom it names */
    record Whole(String owner, List<Grant> grants) implements AclAsked {}

    /** Canned ACLs (Amazon S3 User Guide, "Canned ACL"). */
    enum Word {
        /** The owner's alone. */
        PRIVATE,
        /** Everybody reads. */
        PUBLIC_READ,
        /** Everybody reads and writes. */
        PUBLIC_READ_WRITE,
        /** Everybody who signs reads. */
        AUTHENTICATED_READ,
        /** For Amazon EC2's bundles, which nobody fetches here. */
        AWS_EXEC_READ,
        /** The bucket's owner reads the object. */
        BUCKET_OWNER_READ,
        /** The bucket's owner does everything with the object. */
        BUCKET_OWNER_FULL_CONTROL,
        /** The delivery of logs writes and sees the list. */
        LOG_DELIVERY_WRITE;

        /** By the value of {@code x-amz-acl}. */
        public static Optional<Word> of(String value) {
            return Arrays.stream(values())
                    .filter(each ->
                            each.name().replace('_', '-').toLowerCase(Locale.ROOT).equals(value))
                    .findFirst();
        }
    }

    /**
     * Whether it asks for nothing, or for what the bucket's owner has where there are no ACLs. Some
     * clients always say {@code private} (rclone does), which S3 refuses there; of the bucket's own
     * organisation it asks for no more than is so.
     *
     * @param own whether the bucket's organisation asks
     */
    default boolean needsNoAcls(boolean own) {
        return switch (this) {
            case Nothing _ -> true;
            case Canned(Word word) ->
                    word == Word.BUCKET_OWNER_FULL_CONTROL || own && word == Word.PRIVATE;
            case Granted _, Whole _ -> false;
        };
    }

    /**
     * The list that it means.
     *
     * @param owner of what it is for
     * @param bucketOwner of the bucket
     */
    default Acl of(String owner, String bucketOwner) {
        return switch (this) {
            case Nothing _ -> Acl.ownedBy(owner);
            case Canned(Word word) -> canned(word, owner, bucketOwner);
            case Granted(List<Grant> grants) -> new Acl(owner, grants);
            case Whole(_, List<Grant> grants) -> new Acl(owner, grants);
        };
    }

    private static Acl canned(Word word, String owner, String bucketOwner) {
        List<Grant> grants = new ArrayList<>(Acl.ownedBy(owner).grants());
        Grantee other = new Grantee.Organisation(bucketOwner);
        switch (word) {
            case PRIVATE, AWS_EXEC_READ -> {}
            case PUBLIC_READ -> grants.add(new Grant(new Grantee.Everybody(), Permission.READ));
            case PUBLIC_READ_WRITE -> {
                grants.add(new Grant(new Grantee.Everybody(), Permission.READ));
                grants.add(new Grant(new Grantee.Everybody(), Permission.WRITE));
            }
            case AUTHENTICATED_READ ->
                    grants.add(new Grant(new Grantee.Signing(), Permission.READ));
            case BUCKET_OWNER_READ -> {
                if (!owner.equals(bucketOwner)) {
                    grants.add(new Grant(other, Permission.READ));
                }
            }
            case BUCKET_OWNER_FULL_CONTROL -> {
                if (!owner.equals(bucketOwner)) {
                    grants.add(new Grant(other, Permission.FULL_CONTROL));
                }
            }
            case LOG_DELIVERY_WRITE -> {
                grants.add(new Grant(new Grantee.Logs(), Permission.WRITE));
                grants.add(new Grant(new Grantee.Logs(), Permission.READ_ACP));
            }
        }
        return new Acl(owner, grants);
    }
}
