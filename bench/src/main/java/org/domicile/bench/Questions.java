package org.domicile.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Questions in SQL, from a file of ours: each behind a line {@code -- NAME}. */
final class Questions {
    private static final String NAME = "-- ";

    private Questions() {}

    /** The questions of {@code FILE.sql}, by name, in the file's order. */
    static Map<String, String> of(String file) throws IOException {
        String text;
        try (InputStream in = Questions.class.getResourceAsStream(file + ".sql")) {
            if (in == null) {
                throw new IOException("bench has no questions about " + file);
            }
            text = new String(in.readAllBytes(), UTF_8);
        }
        Map<String, String> questions = new LinkedHashMap<>();
        for (String each : text.split("(?m)^(?=" + NAME + ")", -1)) {
            int end = each.indexOf('\n');
            if (end > 0) {
                questions.put(
                        each.substring(NAME.length(), end).strip(), each.substring(end).strip());
            }
        }
        return questions;
    }
}
