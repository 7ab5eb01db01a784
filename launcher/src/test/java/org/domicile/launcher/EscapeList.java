package org.domicile.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The lines of {@code table-escapes.txt}, which says how they are to be read. */
record EscapeList(List<Attempt> attempts) {
    private static final int FIELDS = 7;
    private static final String PARTED = "\u0001";

    /**
     * One line.
     *
     * @param kind its class @param sign what an answer holds that was got through; empty for any
     *     that was answered as done
     */
    record Attempt(String kind, Asked asked, Asked control, String sign) {}

    /** One request in the words of the list. */
    record Asked(String who, String request, String headers, String body) {
        private static Asked of(String parted) {
            String[] parts = parted.split(PARTED, -1);
            return new Asked(parts[0], parts[1], parts[2], parts[3]);
        }

        /** With what the words in braces stand for. */
        Asked filled(Map<String, String> words) {
            String filled = String.join(PARTED, who, request, headers, body);
            for (Map.Entry<String, String> each : words.entrySet()) {
                filled = filled.replace("{" + each.getKey() + "}", each.getValue());
            }
            return of(filled);
        }
    }

    static EscapeList read() throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        try (InputStream list = EscapeList.class.getResourceAsStream("table-escapes.txt")) {
            if (list == null) {
                throw new IOException("there is no list");
            }
            for (String line :
                    new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    attempts.add(attempt(line));
                }
            }
        }
        return new EscapeList(List.copyOf(attempts));
    }

    private static Attempt attempt(String line) {
        String[] parts = line.split("\\s\\|(?=\\s|$)", -1);
        if (parts.length < FIELDS - 1 || parts.length > FIELDS) {
            throw new IllegalArgumentException("not a line of the list: " + line);
        }
        String asked =
                String.join(
                        PARTED,
                        parts[1].strip(),
                        parts[2].strip(),
                        parts[3].strip(),
                        parts[4].strip());
        String control = asked;
        for (String change : parts[5].split(" ;; ", -1)) {
            String[] words = (change + " ").split(" => ", 2);
            String from = words[0].strip();
            if (words.length != 2 || from.isEmpty() || !control.contains(from)) {
                throw new IllegalArgumentException("a change that changes nothing: " + line);
            }
            String to = words[1].strip();
            control =
                    from.equals(parts[1].strip())
                            ? to + control.substring(from.length())
                            : control.replace(from, to);
        }
        return new Attempt(
                parts[0].strip(),
                Asked.of(asked),
                Asked.of(control),
                parts.length == FIELDS ? parts[6].strip() : "");
    }

    /** Those of a class. */
    List<Attempt> of(String kind) {
        return attempts.stream().filter(each -> each.kind().equals(kind)).toList();
    }
}
