package org.domicile.policy;

import java.util.List;
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
 * {"classes":[…],"only":[[…]],"prohibited": […]}}; those of labels stand in the register. {@code
 * kind} is {@code object}, {@code bucket}, {@code own}, {@code role} or {@code installation};
 * {@code who} is {@code credential}, {@code session}, {@code operator}, {@code program} or {@code
 * anonymous}. A session brings {@code "session"}: its end in milliseconds since 1970, the digest of
 * its policy, its role with the id, and the credential or the issuer that it came from. A refusal
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

    static String resource(Resource resource) {
        return switch (resource) {
            case Resource.Data data ->
                    "{\"bucket\":"
                            + JsonForm.quoted(data.bucket())
                            + (data.carried().isEmpty()
                                    ? ""
                                    : ",\"carried\":" + marks(data.carried()))
                            + ",\"kind\":\""
                            + (data.name().isEmpty() ? "bucket" : "object")
                            + "\",\"organisation\":"
                            + JsonForm.quoted(data.organisation())
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
