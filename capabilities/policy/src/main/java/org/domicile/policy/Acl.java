package org.domicile.policy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * An access control list of S3 (Amazon S3 User Guide, "Access control list (ACL) overview"): who
 * owns a bucket or an object, and what others may do with it.
 *
 * @param owner the organisation; empty for the bucket's, with nothing granted to anybody else
 * @param grants in the order in which they were given, at most {@link #MOST}
 */
public record Acl(String owner, List<Grant> grants) {
    /** What a bucket or an object has for which none was ever set. */
    public static final Acl NONE = new Acl("", List.of());

    /** As on S3. */
    public static final int MOST = 100;

    private static final String OWNER = "owner ";

    /** To whom something is granted. */
    public sealed interface Grantee {
        /** An organisation, which is what a canonical user id names here. */
        record Organisation(String name) implements Grantee {}

        /** Everybody, without a signature too. */
        record Everybody() implements Grantee {}

        /** Everybody who signs, of any organisation. */
        record Signing() implements Grantee {}

        /** The delivery of S3's server access logs, which nobody is here. */
        record Logs() implements Grantee {}
    }

    /** What is granted. */
    public enum Permission {
        /** A bucket: to list it. An object: to read it. */
        READ,
        /** A bucket: to write and remove objects. An object: nothing. */
        WRITE,
        /** To read this list. */
        READ_ACP,
        /** To write this list. */
        WRITE_ACP,
        /** All of these. */
        FULL_CONTROL
    }

    /** One grant. */
    public record Grant(Grantee grantee, Permission permission) {}

    /** Checks the limit. */
    public Acl {
        grants = List.copyOf(grants);
        if (grants.size() > MOST) {
            throw new IllegalArgumentException("an ACL has at most " + MOST + " grants");
        }
    }

    /** The owner's alone. */
    public static Acl ownedBy(String organisation) {
        return new Acl(
                organisation,
                List.of(
                        new Grant(
                                new Grantee.Organisation(organisation), Permission.FULL_CONTROL)));
    }

    /** With everything said: {@link #NONE} is the bucket's owner's alone. */
    public Acl in(String bucketOwner) {
        return owner.isEmpty() && grants.isEmpty() ? ownedBy(bucketOwner) : this;
    }

    /** Whether it grants something to more than organisations that it names. */
    public boolean isPublic() {
        return grants.stream().anyMatch(each -> isPublic(each.grantee()));
    }

    static boolean isPublic(Grantee grantee) {
        return switch (grantee) {
            case Grantee.Everybody _, Grantee.Signing _ -> true;
            case Grantee.Organisation _, Grantee.Logs _ -> false;
        };
    }

    /** Without what it grants to everybody. */
    Acl unpublished() {
        return new Acl(owner, grants.stream().filter(each -> !isPublic(each.grantee())).toList());
    }

    /** Of a bucket's list, what it says of names that are not there: who may list, may know. */
    public Acl absent() {
        Set<Permission> listing = EnumSet.of(Permission.READ, Permission.FULL_CONTROL);
        return new Acl(
                "",
                grants.stream()
                        .filter(each -> listing.contains(each.permission()))
                        .map(each -> new Grant(each.grantee(), Permission.READ))
                        .distinct()
                        .toList());
    }

    /** Its form in storage and on record: a line for the owner and for each grant. */
    public String text() {
        StringBuilder text = new StringBuilder(owner.isEmpty() ? "" : OWNER + owner + "\n");
        for (Grant each : grants) {
            text.append(each.permission()).append(' ').append(word(each.grantee())).append('\n');
        }
        return text.toString();
    }

    private static String word(Grantee grantee) {
        return switch (grantee) {
            case Grantee.Organisation(String name) -> "organisation " + name;
            case Grantee.Everybody _ -> "everybody";
            case Grantee.Signing _ -> "signing";
            case Grantee.Logs _ -> "logs";
        };
    }

    /**
     * From {@link #text}.
     *
     * @throws IllegalArgumentException for another
     */
    public static Acl of(String text) {
        String owner = "";
        List<Grant> grants = new ArrayList<>();
        for (String line : text.lines().toList()) {
            int space = line.indexOf(' ');
            if (line.startsWith(OWNER)) {
                owner = line.substring(space + 1);
            } else if (space > 0) {
                grants.add(
                        new Grant(
                                grantee(line.substring(space + 1)),
                                Permission.valueOf(line.substring(0, space))));
            } else {
                throw new IllegalArgumentException("no line of an ACL: " + line);
            }
        }
        return new Acl(owner, grants);
    }

    private static Grantee grantee(String word) {
        return switch (word) {
            case "everybody" -> new Grantee.Everybody();
            case "signing" -> new Grantee.Signing();
            case "logs" -> new Grantee.Logs();
            case String named when named.startsWith("organisation ") ->
                    new Grantee.Organisation(named.substring("organisation ".length()));
            default -> throw new IllegalArgumentException("no grantee: " + word);
        };
    }
}
