package org.domicile.launcher;

import java.util.List;

/** What a person left out because it is clear, and names for what the register calls by id. */
final class Organisations {
    /** The program's own organisation: nobody's data lie in it. */
    private static final String INSTALLATION = "installation";

    private Organisations() {}

    /** The named organisation, or the only one that there is. */
    static String chosen(AdminClient admin, String named) {
        if (!named.isEmpty()) {
            return named;
        }
        List<String> names =
                admin.list("/v1/organisations").stream()
                        .map(row -> row.text("name"))
                        .filter(name -> !name.equals(INSTALLATION))
                        .toList();
        if (names.size() == 1) {
            return names.getFirst();
        }
        throw new Problem(
                names.isEmpty()
                        ? "there is no organisation yet; make one: ./domicile organisation create"
                                + " NAME"
                        : "there are several organisations ("
                                + String.join(", ", names)
                                + "); say which with --organisation");
    }

    /** The principal of this id or, within the organisation, of this name. */
    static Json.Row principal(AdminClient admin, String organisation, String nameOrId) {
        List<Json.Row> all = admin.list("/v1/principals");
        for (Json.Row each : all) {
            if (each.text("id").equals(nameOrId)) {
                return each;
            }
        }
        String within = chosen(admin, organisation);
        List<Json.Row> named =
                all.stream()
                        .filter(each ->
                                each.text("name").equals(nameOrId)
                                        && each.text("organisation").equals(within))
                        .toList();
        if (named.size() == 1) {
            return named.getFirst();
        }
        throw new Problem(
                named.isEmpty()
                        ? "there is no principal '"
                                + nameOrId
                                + "' in "
                                + within
                                + "; ./domicile principal list shows them"
                        : "there are several principals named '"
                                + nameOrId
                                + "'; give the id: "
                                + String.join(
                                        ", ",
                                        named.stream().map(each -> each.text("id")).toList()));
    }
}
