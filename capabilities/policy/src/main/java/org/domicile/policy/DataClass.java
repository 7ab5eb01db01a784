package org.domicile.policy;

import java.util.List;
import java.util.Optional;

/**
 * What data can be: a personal-data category of DPV, or {@code open}.
 *
 * @param name the word that labels and purposes use
 * @param broader the class that it lies in; empty for none
 * @param term its DPV term, as {@code dpv:NAME} or {@code pd:NAME}; empty for {@code open}
 * @param text what it is, in plain English
 * @param arabic the same in Arabic
 */
public record DataClass(String name, String broader, String term, String text, String arabic) {
    /** All of the published list, each after the one that it lies in. */
    public static List<DataClass> all() {
        return DataClasses.all();
    }

    /** The class of this name. */
    public static Optional<DataClass> named(String name) {
        return DataClasses.named(name);
    }
}
