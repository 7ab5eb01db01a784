package org.domicile.people;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern such as {@code wards/*&#47;patients/{subject}/}: plain text, {@code {subject}} once for
 * one or more characters without a slash, and {@code *} for one whole segment. What follows it in a
 * name does not matter; where it ends in {@code {subject}}, the identifier reaches to the next
 * slash or the end. Matching never goes back further than one segment.
 */
final class Template {
    static final String SUBJECT = "{subject}";

    private static final int LONGEST = 512;

    private final Pattern pattern;

    private Template(Pattern pattern) {
        this.pattern = pattern;
    }

    /** What is wrong with a pattern, as a sentence; empty when nothing is. */
    static String objection(String text) {
        int at = text.indexOf(SUBJECT);
        if (at < 0 || text.indexOf(SUBJECT, at + 1) >= 0) {
            return "a pattern holds {subject} once, where the identifier stands: for example"
                    + " patients/{subject}/";
        }
        if (text.length() > LONGEST) {
            return "a pattern has at most " + LONGEST + " characters";
        }
        String rest = text.replace(SUBJECT, "");
        if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
            return "a pattern has no other braces than those of {subject}";
        }
        for (String segment : text.split("/", -1)) {
            if (segment.indexOf('*') >= 0 && !segment.equals("*")) {
                return "a * in a pattern stands for one whole segment between slashes: "
                        + "wards/*/patients/{subject}/";
            }
        }
        return "";
    }

    static Template of(String text) {
        StringBuilder regex = new StringBuilder();
        int at = text.indexOf(SUBJECT);
        literal(regex, text.substring(0, at));
        String after = text.substring(at + SUBJECT.length());
        if (after.isEmpty()) {
            regex.append("([^/]++)");
        } else if (after.startsWith("/")) {
            regex.append("([^/]++)");
            literal(regex, after);
        } else {
            regex.append("([^/]+?)");
            literal(regex, after);
        }
        return new Template(Pattern.compile(regex.toString(), Pattern.DOTALL));
    }

    private static void literal(StringBuilder regex, String text) {
        String[] parts = text.split("\\*", -1);
        for (int i = 0; i < parts.length; i++) {
            regex.append(i == 0 ? "" : "[^/]++");
            if (!parts[i].isEmpty()) {
                regex.append(Pattern.quote(parts[i]));
            }
        }
    }

    /** The identifier in what follows a rule's prefix. */
    Optional<String> subject(String rest) {
        Matcher matcher = pattern.matcher(rest);
        return matcher.lookingAt() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
