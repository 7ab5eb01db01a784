package org.domicile.policy;

import java.util.List;
import java.util.Optional;

/** The published list of classes of data ({@code classes.tsv}): a tree. Fixed with the program. */
public final class DataClasses {
    /** Data that concern nobody: every purpose may use them. */
    public static final String OPEN = "open";

    private static final List<DataClass> ALL =
            Published.lines(
                    "classes.tsv",
                    5,
                    fields ->
                            new DataClass(
                                    fields.get(0),
                                    fields.get(1),
                                    fields.get(2).equals("-") ? "" : fields.get(2),
                                    fields.get(3),
                                    fields.get(4)));

    private DataClasses() {}

    /** All, each after the one that it lies in. */
    public static List<DataClass> all() {
        return ALL;
    }

    /** The class of this name. */
    public static Optional<DataClass> named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /** Every class that who lists these may use: they, all that lies in them, and open data. */
    static List<String> covered(List<String> listed) {
        return ALL.stream().map(DataClass::name).filter(each -> covered(listed, each)).toList();
    }

    /** Whether who may use {@code listed} may use {@code name}: it is listed, or lies in one. */
    static boolean covered(List<String> listed, String name) {
        String at = name;
        while (!at.isEmpty()) {
            if (at.equals(OPEN) || listed.contains(at)) {
                return true;
            }
            at = named(at).map(DataClass::broader).orElse("");
        }
        return false;
    }
}
