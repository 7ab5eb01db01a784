package org.domicile.cedar;

import java.util.List;

/** A pattern of {@code like}: these texts in this order, with anything at each seam. */
record Pattern(List<String> parts) {
    Pattern {
        parts = List.copyOf(parts);
    }

    boolean matches(String text) {
        String first = parts.getFirst();
        int last = parts.size() - 1;
        if (last == 0) {
            return text.equals(first);
        }
        String tail = parts.get(last);
        int end = text.length() - tail.length();
        int from = first.length();
        if (end < from || !text.startsWith(first) || !text.endsWith(tail)) {
            return false;
        }
        for (int i = 1; i < last; i++) {
            String part = parts.get(i);
            int found = text.indexOf(part, from);
            if (found < 0 || found + part.length() > end) {
                return false;
            }
            from = found + part.length();
        }
        return true;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < parts.size(); i++) {
            String quoted = Escapes.quoted(parts.get(i)).replace("*", "\\*");
            text.append(i > 0 ? "*" : "").append(quoted, 1, quoted.length() - 1);
        }
        return text.append('"').toString();
    }
}
