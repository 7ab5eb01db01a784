package org.domicile.s3;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.domicile.guard.AclAsked;
import org.domicile.policy.Acl;
import org.domicile.policy.Acl.Grant;
import org.domicile.policy.Acl.Grantee;
import org.domicile.policy.Acl.Permission;

/**
 * ACLs as requests say them, in headers or as a document, and as answers show them (Amazon S3 User
 * Guide, "Access control list (ACL) overview"). A canonical user id is an organisation's name.
 */
final class AclForms {
    private static final String CANNED = "x-amz-acl";
    private static final String GROUPS = "http://acs.amazonaws.com/groups/";
    private static final String EVERYBODY = GROUPS + "global/AllUsers";
    private static final String SIGNING = GROUPS + "global/AuthenticatedUsers";
    private static final String LOGS = GROUPS + "s3/LogDelivery";

    /** In the order in which their grants stand. */
    private static final Map<String, Permission> HEADERS = new LinkedHashMap<>();

    static {
        HEADERS.put("x-amz-grant-read", Permission.READ);
        HEADERS.put("x-amz-grant-write", Permission.WRITE);
        HEADERS.put("x-amz-grant-read-acp", Permission.READ_ACP);
        HEADERS.put("x-amz-grant-write-acp", Permission.WRITE_ACP);
        HEADERS.put("x-amz-grant-full-control", Permission.FULL_CONTROL);
    }

    private AclForms() {}

    /**
     * What the headers of a request ask for.
     *
     * @throws Failure INVALID_ARGUMENT, INVALID_REQUEST, UNRESOLVABLE_GRANT_BY_EMAIL_ADDRESS
     */
    static AclAsked ofHeaders(Call call) {
        List<Grant> grants = new ArrayList<>();
        HEADERS.forEach((header, permission) -> {
            for (String each : call.field(header).split(",", -1)) {
                if (!each.isBlank()) {
                    add(grants, new Grant(grantee(each.strip()), permission));
                }
            }
        });
        String canned = call.field(CANNED);
        if (canned.isEmpty()) {
            return grants.isEmpty() ? new AclAsked.Nothing() : new AclAsked.Granted(grants);
        }
        if (!grants.isEmpty()) {
            throw new Failure(
                    ErrorCode.INVALID_REQUEST,
                    "Specifying both Canned ACLs and Header Grants is not allowed.");
        }
        return new AclAsked.Canned(
                AclAsked.Word.of(canned)
                        .orElseThrow(() ->
                                new Failure(
                                        ErrorCode.INVALID_ARGUMENT,
                                        "x-amz-acl is none of the canned ACLs.")));
    }

    private static void add(List<Grant> grants, Grant grant) {
        if (grants.size() == Acl.MOST) {
            throw malformed();
        }
        grants.add(grant);
    }

    /** {@code id="…"}, {@code uri="…"} or {@code emailAddress="…"}. */
    private static Grantee grantee(String text) {
        int equals = text.indexOf('=');
        String kind = equals < 0 ? "" : text.substring(0, equals).strip().toLowerCase(Locale.ROOT);
        String value = text.substring(equals + 1).strip();
        if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
            value = value.substring(1, value.length() - 1);
        }
        return switch (kind) {
            case "id" -> new Grantee.Organisation(id(value));
            case "uri" -> group(value);
            case "emailaddress" -> throw byMail();
            default ->
                    throw new Failure(
                            ErrorCode.INVALID_ARGUMENT,
                            "Argument format not recognized: a grantee is id=\"…\" or uri=\"…\".");
        };
    }

    private static String id(String name) {
        if (!name.matches("[0-9A-Za-z._-]{1,128}")) {
            throw new Failure(ErrorCode.INVALID_ARGUMENT, "Invalid id");
        }
        return name;
    }

    private static Grantee group(String uri) {
        return switch (uri) {
            case EVERYBODY -> new Grantee.Everybody();
            case SIGNING -> new Grantee.Signing();
            case LOGS -> new Grantee.Logs();
            default -> throw new Failure(ErrorCode.INVALID_ARGUMENT, "Invalid group uri");
        };
    }

    private static Failure byMail() {
        return new Failure(
                ErrorCode.UNRESOLVABLE_GRANT_BY_EMAIL_ADDRESS,
                "The email address you provided does not match any account on record: organisations"
                        + " have none here. Name one by its id.");
    }

    /**
     * What a document asks for.
     *
     * @throws Failure MALFORMED_ACL_ERROR, and as {@link #ofHeaders}
     */
    static AclAsked ofDocument(byte[] document) {
        Xml policy = Xml.parse(document, "AccessControlPolicy");
        String owner = policy.first("Owner").map(each -> each.child("ID").strip()).orElse("");
        Xml list = policy.first("AccessControlList").orElseThrow(AclForms::malformed);
        if (owner.isEmpty()) {
            throw malformed();
        }
        List<Grant> grants = new ArrayList<>();
        for (Xml grant : list.children()) {
            Xml grantee = grant.first("Grantee").orElseThrow(AclForms::malformed);
            add(grants, new Grant(grantee(grantee), permission(grant.child("Permission"))));
        }
        return new AclAsked.Whole(owner, grants);
    }

    private static Grantee grantee(Xml grantee) {
        if (grantee.first("EmailAddress").isPresent()) {
            throw byMail();
        }
        if (grantee.first("URI").isPresent()) {
            return group(grantee.child("URI").strip());
        }
        if (grantee.first("ID").isEmpty()) {
            throw malformed();
        }
        return new Grantee.Organisation(id(grantee.child("ID").strip()));
    }

    private static Permission permission(String word) {
        for (Permission each : Permission.values()) {
            if (each.name().equals(word.strip())) {
                return each;
            }
        }
        throw malformed();
    }

    private static Failure malformed() {
        return new Failure(
                ErrorCode.MALFORMED_ACL_ERROR,
                "The ACL that you provided was not well formed or did not validate against our"
                        + " published schema.");
    }

    /** The document of an answer: groups stand first, as clients expect them. */
    static XmlOut document(Acl acl) {
        XmlOut out = XmlOut.document("AccessControlPolicy", 512);
        Listings.owner(out, "Owner", acl.owner());
        out.open("AccessControlList");
        acl.grants().stream()
                .sorted(
                        Comparator.comparing(
                                each -> each.grantee() instanceof Grantee.Organisation))
                .forEach(each -> grant(out, each));
        return out.close("AccessControlList");
    }

    private static void grant(XmlOut out, Grant grant) {
        boolean named = grant.grantee() instanceof Grantee.Organisation;
        out.open("Grant")
                .raw(
                        "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                                + " xsi:type=\""
                                + (named ? "CanonicalUser" : "Group")
                                + "\">");
        switch (grant.grantee()) {
            case Grantee.Organisation(String name) ->
                    out.element("ID", name).element("DisplayName", name);
            case Grantee.Everybody _ -> out.element("URI", EVERYBODY);
            case Grantee.Signing _ -> out.element("URI", SIGNING);
            case Grantee.Logs _ -> out.element("URI", LOGS);
        }
        out.close("Grantee").element("Permission", grant.permission().name()).close("Grant");
    }
}
