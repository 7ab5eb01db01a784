package org.domicile.verifier;

import java.util.List;

/** What the program says with {@code --json}: one object a line. */
final class ResultJson {
    private ResultJson() {}

    static String sound(Verdict.Sound sound) {
        return "{\"holds\":true," + checkpoint(sound) + "}";
    }

    static String proven(
            ProofFile.Checked.Proven proven, String entry, List<DisclosureFile.Opening> openings) {
        StringBuilder json = new StringBuilder("{\"holds\":true,");
        json.append(checkpoint(proven.checkpoint())).append(",\"index\":").append(proven.index());
        json.append(",\"entry\":").append(text(entry));
        String before = ",\"fields\":{";
        for (DisclosureFile.Opening opening : openings) {
            json.append(before).append(text(opening.field())).append(':');
            json.append(text(opening.value()));
            before = ",";
        }
        return json.append(openings.isEmpty() ? "}" : "}}").toString();
    }

    static String refused(Verdict.Refused refused) {
        return "{\"holds\":false,\"where\":"
                + text(refused.where())
                + ",\"why\":"
                + text(refused.what())
                + "}";
    }

    private static String checkpoint(Verdict.Sound sound) {
        return "\"origin\":"
                + text(sound.origin())
                + ",\"size\":"
                + sound.size()
                + ",\"root\":"
                + text(sound.root())
                + ",\"signers\":["
                + String.join(",", sound.signers().stream().map(ResultJson::text).toList())
                + "]"
                + sound.signed().map(at -> ",\"signed\":" + text(at.toString())).orElse("");
    }

    private static String text(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.chars()
                .forEach(c -> {
                    switch (c) {
                        case '"', '\\' -> json.append('\\').append((char) c);
                        default -> {
                            if (c < ' ') {
                                json.append("\\u%04x".formatted(c));
                            } else {
                                json.append((char) c);
                            }
                        }
                    }
                });
        return json.append('"').toString();
    }
}
