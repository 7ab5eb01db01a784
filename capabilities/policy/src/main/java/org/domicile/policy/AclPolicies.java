package org.domicile.policy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.JsonForm;
import org.domicile.cedar.PolicySet;

/**
 * ACLs as policies of Cedar, by the schema of compiled documents (Amazon S3 User Guide, "Mapping of
 * ACL permissions and access policy permissions"). A bucket's list says who lists the bucket, who
 * writes and removes in it, and who sees and sets the list; an object's says who reads it, and who
 * sees and sets its list. The owner of an object always may the last two.
 */
final class AclPolicies {
    /** Most lists are one of a few; beyond this all are forgotten. */
    private static final int MOST = 1_024;

    private static final Map<Acl.Permission, List<String>> OF_BUCKET =
            Map.of(
                    Acl.Permission.READ,
                    List.of("ListBucket", "ListBucketMultipartUploads", "ListBucketVersions"),
                    Acl.Permission.WRITE,
                    List.of(
                            "AbortMultipartUpload",
                            "DeleteObject",
                            "ListMultipartUploadParts",
                            "PutObject"),
                    Acl.Permission.READ_ACP,
                    List.of("GetBucketAcl"),
                    Acl.Permission.WRITE_ACP,
                    List.of("PutBucketAcl"));

    private static final Map<Acl.Permission, List<String>> OF_OBJECT =
            Map.of(
                    Acl.Permission.READ,
                    List.of("GetObject", "GetObjectTorrent", "GetObjectVersion"),
                    Acl.Permission.WRITE,
                    List.of(),
                    Acl.Permission.READ_ACP,
                    List.of("GetObjectAcl", "GetObjectVersionAcl"),
                    Acl.Permission.WRITE_ACP,
                    List.of("PutObjectAcl", "PutObjectVersionAcl"));

    /** What a list hangs on. */
    enum On {
        BUCKET,
        OBJECT
    }

    private record Key(Acl acl, On on) {}

    private static final Map<Key, AclPolicies> KNOWN = new ConcurrentHashMap<>();

    private final Map<String, String> texts;
    private final PolicySet policies;

    private AclPolicies(Map<String, String> texts, PolicySet policies) {
        this.texts = texts;
        this.policies = policies;
    }

    /** Each by its id. */
    Map<String, String> texts() {
        return texts;
    }

    /** The same, ready to decide. */
    PolicySet policies() {
        return policies;
    }

    /** Ready to decide. */
    static AclPolicies of(Acl acl, On on) {
        Key key = new Key(acl, on);
        AclPolicies known = KNOWN.get(key);
        if (known == null) {
            known = parsed(acl, on);
            if (KNOWN.size() >= MOST) {
                KNOWN.clear();
            }
            KNOWN.put(key, known);
        }
        return known;
    }

    private static AclPolicies parsed(Acl acl, On on) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String each : texts(acl, on)) {
            texts.put("grant" + texts.size(), each);
        }
        try {
            return new AclPolicies(Collections.unmodifiableMap(texts), PolicySet.parse(texts));
        } catch (CedarException e) {
            throw new IllegalStateException("an ACL as policies does not parse", e);
        }
    }

    private static List<String> texts(Acl acl, On on) {
        Map<Acl.Permission, List<String>> meaning = on == On.BUCKET ? OF_BUCKET : OF_OBJECT;
        List<String> policies = new ArrayList<>();
        if (on == On.OBJECT && !acl.owner().isEmpty()) {
            List<String> always = new ArrayList<>(actions(meaning, Acl.Permission.READ_ACP));
            always.addAll(actions(meaning, Acl.Permission.WRITE_ACP));
            policies.add(permit(new Acl.Grantee.Organisation(acl.owner()), always));
        }
        for (Acl.Grant each : acl.grants()) {
            List<String> actions = actions(meaning, each.permission());
            if (!actions.isEmpty() && !(each.grantee() instanceof Acl.Grantee.Logs)) {
                policies.add(permit(each.grantee(), actions));
            }
        }
        return policies;
    }

    private static List<String> actions(
            Map<Acl.Permission, List<String>> meaning, Acl.Permission permission) {
        return permission == Acl.Permission.FULL_CONTROL
                ? meaning.values().stream().flatMap(List::stream).sorted().toList()
                : meaning.getOrDefault(permission, List.of());
    }

    private static String permit(Acl.Grantee grantee, List<String> actions) {
        String principal =
                grantee instanceof Acl.Grantee.Organisation(String name)
                        ? "principal in S3::CanonicalUser::" + JsonForm.quoted(name)
                        : "principal";
        String signing =
                grantee instanceof Acl.Grantee.Signing
                        ? " when { context has principalAccount }"
                        : "";
        return actions.stream()
                .map(action -> "S3::Action::\"" + action + "\"")
                .collect(
                        Collectors.joining(
                                ", ",
                                "permit (" + principal + ", action in [",
                                "], resource)" + signing + ";"));
    }
}
