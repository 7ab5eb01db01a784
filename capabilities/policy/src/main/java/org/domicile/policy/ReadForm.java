package org.domicile.policy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.domicile.cedar.JsonForm;
import org.domicile.request.Caller;

/**
 * What a decision read, as it goes on record beside the fields that every use has: canonical JSON
 * that names the register by its digest, and holds what is not in the register.
 *
 * <pre>
 * {"register":DIGEST,"resource":{"bucket":…,"kind":"object","organisation":…,"zones":[…]},"who":"credential"}
 * </pre>
 *
 * Data that bring marks along have {@code "carried"}: {@code
 * {"classes":[…],"only":[[…]],"prohibited": […]}}; those of labels stand in the register. A bucket
 * that is shared has {@code "access"}: {@code acl}, the object's list, and {@code bucketAcl}, the
 * bucket's, as {@link Acl#text} has them, with the bucket's {@code ownership}; {@code policy}, the
 * digest of its policy, with the {@code facts} of the request, the {@code tags} of the object and
 * those that the request is {@code setting}, as far as that policy reads them; {@code public}, what
 * is kept from the public. To somebody from outside, {@code policies} is the digest of the deciding
 * set of the bucket's organisation, where that has policies of its own. {@code kind} is {@code
 * object}, {@code bucket}, {@code own}, {@code role} or {@code installation}; {@code who} is {@code
 * credential}, {@code session}, {@code operator}, {@code program} or {@code anonymous}. A session
 * brings {@code "session"}: its end in milliseconds since 1970, the digest of its policy, its role
 * with the id, and the credential or the issuer that it came from; one for the files of a table has
 * its {@code "table"}, and {@code "tableWrites"} when it may write. Of a bucket that is reserved
 * for tables there is {@code "table"}: the id of the one that is meant, or a slash. A refusal
 * begins with {@code "errors"}, the policies that erred, and {@code "reasons"}, all that forbade.
 * An object's name is the recorded object less its bucket: it may name people, and is sealed apart.
 */
final class ReadForm {
    private ReadForm() {}

    static String read(String register, String resource, String who) {
        return "{\"register\":\""
                + register
                + "\",\"resource\":"
                + resource
                + ",\"who\":\""
                + who
                + "\"}";
    }

    static String refused(String read, List<String> errors, List<String> reasons) {
        return "{\"errors\":"
                + array(errors)
                + ",\"reasons\":"
                + array(reasons)
                + ","
                + read.substring(1);
    }

    /**
     * @param owners digest of the policies of those whose data they are; empty where they were not
     *     asked
     */
    static String resource(Resource resource, String owners) {
        return switch (resource) {
            case Resource.Data data ->
                    "{"
                            + (data.access().asks() ? access(data.access()) : "")
                            + "\"bucket\":"
                            + JsonForm.quoted(data.bucket())
                            + (data.carried().isEmpty()
                                    ? ""
                                    : ",\"carried\":" + marks(data.carried()))
                            + ",\"kind\":\""
                            + (data.name().isEmpty() ? "bucket" : "object")
                            + "\",\"organisation\":"
                            + JsonForm.quoted(data.organisation())
                            + (owners.isEmpty() ? "" : ",\"policies\":\"" + owners + "\"")
                            + (data.table().isEmpty()
                                    ? ""
                                    : ",\"table\":" + JsonForm.quoted(data.table()))
                            + ",\"zones\":"
                            + array(data.zones())
                            + "}";
            case Resource.Own(String organisation) ->
                    "{\"kind\":\"own\",\"organisation\":" + JsonForm.quoted(organisation) + "}";
            case Resource.Assumed(String organisation, String name) ->
                    "{\"kind\":\"role\",\"name\":"
                            + JsonForm.quoted(name)
                            + ",\"organisation\":"
                            + JsonForm.quoted(organisation)
                            + "}";
            case Resource.Installation() -> "{\"kind\":\"installation\"}";
        };
    }

    /** What the decision was shown of how the bucket is shared; what is the usual is left out. */
    private static String access(Access access) {
        Sharing sharing = access.sharing();
        SortedMap<String, String> members = new TreeMap<>();
        if (sharing.ownership() != Ownership.ENFORCED) {
            members.put("ownership", JsonForm.quoted(sharing.ownership().word()));
            put(members, "acl", access.acl().text());
            put(members, "bucketAcl", sharing.acl().text());
        }
        put(members, "public", sharing.publicAccess().deciding().text());
        sharing.policy()
                .ifPresent(policy -> {
                    members.put("policy", JsonForm.quoted(policy.digest()));
                    Set<String> keys = policy.keys();
                    put(members, "facts", access.facts().values(), keys::contains);
                    put(
                            members,
                            "tags",
                            access.tags(),
                            tag -> keys.contains("s3:ExistingObjectTag/" + tag));
                    boolean all = keys.contains("s3:RequestObjectTagKeys");
                    put(
                            members,
                            "setting",
                            access.facts().tags(),
                            tag -> all || keys.contains("s3:RequestObjectTag/" + tag));
                });
        return "\"access\":" + object(members) + ",";
    }

    private static void put(SortedMap<String, String> members, String name, String text) {
        if (!text.isEmpty()) {
            members.put(name, JsonForm.quoted(text));
        }
    }

    /** Only what the policy reads: the rest of a request is nobody's to keep. */
    private static void put(
            SortedMap<String, String> members,
            String name,
            Map<String, String> values,
            Predicate<String> reads) {
        SortedMap<String, String> read = new TreeMap<>();
        values.forEach((key, value) -> {
            if (reads.test(key)) {
                read.put(key, JsonForm.quoted(value));
            }
        });
        if (!read.isEmpty()) {
            members.put(name, object(read));
        }
    }

    private static String object(SortedMap<String, String> members) {
        return members.entrySet().stream()
                .map(each -> JsonForm.quoted(each.getKey()) + ":" + each.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    /** What a session brings, with what was read by any. */
    static String session(String read, Caller.By.Session session) {
        return read.substring(0, read.lastIndexOf(",\"who\":"))
                + ",\"session\":{\"expires\":"
                + session.expires().toEpochMilli()
                + ",\"policy\":"
                + JsonForm.quoted(session.policy())
                + ",\"role\":"
                + JsonForm.quoted(session.role())
                + ",\"roleId\":"
                + JsonForm.quoted(session.roleId())
                + ",\"source\":"
                + JsonForm.quoted(session.source())
                + (session.grant().isFor()
                        ? ",\"table\":" + JsonForm.quoted(session.grant().place())
                        : "")
                + (session.grant().mode() == Caller.By.Grant.Mode.WRITE
                        ? ",\"tableWrites\":true"
                        : "")
                + ",\"target\":"
                + JsonForm.quoted(session.target())
                + "},\"who\":\"session\"}";
    }

    private static String marks(Marks marks) {
        return "{\"classes\":"
                + array(marks.classes())
                + ",\"only\":"
                + marks.only().stream()
                        .map(ReadForm::array)
                        .collect(Collectors.joining(",", "[", "]"))
                + ",\"prohibited\":"
                + array(marks.prohibited())
                + "}";
    }

    private static String array(List<String> texts) {
        return texts.stream().map(JsonForm::quoted).collect(Collectors.joining(",", "[", "]"));
    }
}
