package org.domicile.policy;

import java.util.List;
import java.util.stream.Collectors;
import org.domicile.cedar.JsonForm;

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
 * kind} is {@code object}, {@code bucket}, {@code own} or {@code installation}; {@code who} is
 * {@code credential}, {@code operator}, {@code program} or {@code anonymous}. A refusal begins with
 * {@code "errors"}, the policies that erred, and {@code "reasons"}, all that forbade. An object's
 * name is the recorded object less its bucket: it may name people, and is sealed apart.
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
            case Resource.Installation() -> "{\"kind\":\"installation\"}";
        };
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
